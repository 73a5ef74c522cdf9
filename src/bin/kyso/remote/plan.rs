//! Which documents go into which transaction.

use kyso::SigningRequest;
use kyso::client::config::ConfiguredService;
use kyso::remote::{BeginError, Credential, Transaction};

use super::context;
use super::model::Record;
use crate::failure::{Exit, Failure, told};

/// What is the same for all transactions of a job.
pub(crate) struct Plan<'p> {
    pub(crate) service: &'p ConfiguredService,
    pub(crate) credential: &'p Credential,
    pub(crate) patience: Option<u32>,
    pub(crate) description: Option<&'p str>,
}

impl Plan<'_> {
    /// Transactions for these documents, each with its index: one if the service takes it, several
    /// otherwise. Nothing is sent.
    pub(crate) fn transactions(&self, requests: &[(usize, SigningRequest)]) -> Result<Vec<Record>, Failure> {
        let mut groups: Vec<Vec<&(usize, SigningRequest)>> = Vec::new();
        // The documents of one transaction share algorithms and certificate.
        for request in requests {
            let same = |group: &&mut Vec<&(usize, SigningRequest)>| {
                group.first().is_some_and(|(_, first)| {
                    first.suite() == request.1.suite()
                        && first.certificate_sha256() == request.1.certificate_sha256()
                })
            };
            match groups.iter_mut().find(same) {
                Some(group) => group.push(request),
                None => groups.push(vec![request]),
            }
        }
        let mut records = Vec::new();
        for group in groups {
            self.group(&group, &mut records)?;
        }
        Ok(records)
    }

    fn group(&self, group: &[&(usize, SigningRequest)], records: &mut Vec<Record>) -> Result<(), Failure> {
        let mut most = group.len();
        let mut rest = group;
        while !rest.is_empty() {
            let (now, later) = rest.split_at(most.min(rest.len()));
            match self.one(now) {
                Ok(record) => {
                    records.push(record);
                    rest = later;
                }
                Err(Refusal::Most(takes)) if takes > 0 && takes < now.len() => most = takes,
                Err(Refusal::Most(takes)) => {
                    let line =
                        format!("one transaction of service {} takes {takes} documents", self.service.name);
                    return Err(Failure::new(Exit::Usage, line));
                }
                Err(Refusal::Failure(failure)) => return Err(failure),
            }
        }
        Ok(())
    }

    fn one(&self, group: &[&(usize, SigningRequest)]) -> Result<Record, Refusal> {
        let requests: Vec<SigningRequest> = group.iter().map(|(_, request)| request.clone()).collect();
        let entropy = context::entropy().map_err(Refusal::Failure)?;
        let terms = context::terms(self.service, self.patience, self.description, &entropy);
        // What nobody may guess is drawn by itself: the id of the transaction is no secret.
        let unguessable = context::entropy().map_err(Refusal::Failure)?;
        let begun =
            Transaction::begin(&self.service.service, self.credential, &requests, &terms, &unguessable);
        let transaction = begun.map_err(|error| match error {
            BeginError::TooMany { most, .. } => Refusal::Most(most),
            error => Refusal::Failure(Failure::new(
                Exit::Usage,
                format!("service {}: {}", self.service.name, told(&error)),
            )),
        })?;
        let documents = group.iter().map(|(index, _)| *index).collect();
        Ok(Record::new(terms.transaction_id, documents, &transaction))
    }
}

/// Why documents make no transaction.
enum Refusal {
    /// It takes so many.
    Most(usize),
    Failure(Failure),
}
