//! `kyso remote sign`: from documents to signed documents.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use kyso::client::store::{Entry, SignatureImage};
use kyso::client::{Answers, ProcessEnvironment};
use kyso::document::Signing;
use kyso::pdf::Layout;
use kyso::sign_cloud::MetaData;
use kyso::{Chain, SigningRequest};

use super::carry::{self, Patience};
use super::console::Person;
use super::job::JobFile;
use super::model::{Document, Fate, Job, VERSION, raw};
use super::plan::Plan;
use super::{context, finish, interrupt};
use crate::arguments::remote::RemoteSign;
use crate::failure::{Exit, Failure, note, told};
use crate::format::{self, Format};
use crate::{files, keys, signing};

pub(crate) fn run(options: &RemoteSign) -> Result<ExitCode, Failure> {
    let configuration = context::configuration(&options.places)?;
    let credentials = context::credentials(&options.places)?;
    let entry = match &options.cert {
        Some(_) => None,
        None => Some(context::entry(&credentials, options.credential.as_deref())?),
    };
    let name = options.provider.as_deref().or_else(|| entry.map(Entry::service)).unwrap_or_default();
    let service = context::service(&configuration, name)?;
    let chain = match (&options.cert, entry) {
        (Some(path), _) => keys::chain(path)?,
        (None, Some(entry)) => entry.chain().map_err(|error| {
            Failure::new(Exit::Usage, format!("credential {}: {}", entry.alias(), told(&error)))
        })?,
        (None, None) => return Err(Failure::new(Exit::Usage, "name a credential with --credential")),
    };
    let credential = entry.map(|entry| entry.credential().clone()).unwrap_or_default();
    let driver = context::driver(service)?;

    let (documents, requests) = prepared(options, &chain, entry.and_then(Entry::image))?;
    let refused = options.input.len() - documents.len();
    if documents.is_empty() {
        return Ok(Exit::Refused.into());
    }
    let plan = Plan {
        service,
        credential: &credential,
        patience: options.patience,
        description: options.description.as_deref(),
    };
    let transactions = plan.transactions(&requests)?;
    let path = match (&options.state, transactions.first()) {
        (Some(path), _) => path.clone(),
        (None, Some(first)) => {
            let name: String = first.id.chars().take(12).collect();
            options.out.join(format!("kyso-{name}.job.json"))
        }
        (None, None) => return Err(Failure::new(Exit::Usage, "there is nothing to sign")),
    };
    let job = Job {
        version: VERSION,
        service: service.name.clone(),
        alias: entry.map(|entry| entry.alias().to_owned()),
        credential: credential.clone(),
        description: options.description.clone(),
        documents,
        transactions,
    };
    fs::create_dir_all(&options.out)
        .map_err(|error| Failure::io(&options.out, "making the folder", &error))?;
    let mut file = JobFile::create(&path, job)?;
    interrupt::watch();
    let mut person = Person::new(Answers::new(context::secrets(service, entry)?, &ProcessEnvironment));
    carry::open_transactions(&mut file, &driver, &mut person, Patience::ToTheEnd)?;
    drop(person);
    finish::report(file, refused)
}

/// What goes out, each with the index of its document.
type Requests = Vec<(usize, SigningRequest)>;

/// One input and what it is.
struct Input<'o> {
    path: &'o Path,
    output: PathBuf,
    id: String,
    format: Format,
}

/// Prepares all documents; those that cannot be are said on stderr and left out.
fn prepared(
    options: &RemoteSign,
    chain: &Chain,
    image: Option<&SignatureImage>,
) -> Result<(Vec<Document>, Requests), Failure> {
    let inputs = inputs(options)?;
    let mut pdf = dialect(options, &inputs, Format::Pdf)?;
    own_image(options, &mut pdf, image)?;
    let xml = dialect(options, &inputs, Format::Xml)?;
    let results = finish::on_threads(&inputs, |input| {
        let metadata = if input.format == Format::Pdf { &pdf } else { &xml };
        prepare(options, chain, input, metadata)
    });
    let (mut documents, mut requests) = (Vec::new(), Vec::new());
    for result in results {
        match result {
            Ok((document, request)) => {
                requests.push((documents.len(), request));
                documents.push(document);
            }
            Err(failure) if matches!(failure.exit(), Exit::Refused) => note("", failure.line()),
            // The command itself, or the machine: the other documents would fare no better.
            Err(failure) => return Err(failure),
        }
    }
    Ok((documents, requests))
}

fn prepare(
    options: &RemoteSign,
    chain: &Chain,
    input: &Input<'_>,
    metadata: &MetaData,
) -> Result<(Document, SigningRequest), Failure> {
    let signing = signing::signing(&options.signing, &metadata.singleton, input.format, chain, input.path)?;
    let signing: Signing = match signing {
        Signing::Pdf(signing) => signing.document(&input.id).into(),
        Signing::Xml(signing) => signing.document(&input.id).into(),
        other => other,
    };
    let at = signing::at(options.signing.time)?;
    let source = files::open(input.path)?;
    let prepared = signing.prepare(source, &at).map_err(|error| Failure::prepare(input.path, &error))?;
    signing::warn(input.path, prepared.warnings());
    let document = Document {
        id: input.id.clone(),
        input: context::absolute(input.path)?,
        output: context::absolute(&input.output)?,
        state: raw(&prepared.state().to_json()),
        fate: Fate::Waiting {},
    };
    Ok((document, prepared.request()))
}

/// The inputs with their formats. Their names must differ: the outputs are called the same, and the signer
/// tells the documents apart by them.
fn inputs(options: &RemoteSign) -> Result<Vec<Input<'_>>, Failure> {
    let mut names = BTreeSet::new();
    let mut inputs = Vec::new();
    for path in &options.input {
        let name = path.file_name().ok_or_else(|| Failure::at(Exit::Usage, path, "this names no file"))?;
        let id = name.to_string_lossy().into_owned();
        if !names.insert(id.clone()) {
            let line = "another document has the same name; sign them in two commands, or rename one";
            return Err(Failure::at(Exit::Usage, path, line));
        }
        let output = options.out.join(name);
        let read: Vec<&Path> = options.input.iter().map(PathBuf::as_path).collect();
        files::keep_apart(&output, &read)?;
        let format = format::find(&files::open(path)?, path)?;
        // What begins like neither goes where the options say, and is refused there with the reason.
        let asked = if options.signing.xml.given().is_some() { Format::Xml } else { Format::Pdf };
        inputs.push(Input { path, output, id, format: format.unwrap_or(asked) });
    }
    misplaced(options, &inputs)?;
    Ok(inputs)
}

/// Options of a format that none of the documents has would do nothing.
fn misplaced(options: &RemoteSign, inputs: &[Input<'_>]) -> Result<(), Failure> {
    let own = [(Format::Pdf, options.signing.pdf.given()), (Format::Xml, options.signing.xml.given())];
    for (format, given) in own {
        let has = inputs.iter().any(|input| input.format == format);
        if let (Some(option), false, Some(first)) = (given, has, inputs.first()) {
            return Err(format::misplaced(option, first.path, first.format));
        }
    }
    Ok(())
}

fn dialect(options: &RemoteSign, inputs: &[Input<'_>], format: Format) -> Result<MetaData, Failure> {
    if !inputs.iter().any(|input| input.format == format) {
        return Ok(MetaData::default());
    }
    let metadata = signing::dialect(&options.signing, format)?;
    if metadata.counter.is_some() {
        note("warning: ", "counterSigning is left out: sign what was signed with the other credential");
    }
    Ok(metadata)
}

/// A visible signature shows the credential's image, unless another is asked for or none.
fn own_image(
    options: &RemoteSign,
    metadata: &mut MetaData,
    image: Option<&SignatureImage>,
) -> Result<(), Failure> {
    let visible = &options.signing.pdf.visible;
    let has_other =
        visible.image.is_some() || visible.picture.is_some() || metadata.singleton.pdf.image.is_some();
    if has_other || visible.layout == Some(Layout::Text) {
        return Ok(());
    }
    metadata.singleton.pdf.image = match image {
        None => None,
        Some(SignatureImage::Data(bytes)) => Some(bytes.as_slice().into()),
        Some(SignatureImage::File(path)) => Some(files::read(path, files::SMALL)?.into()),
        Some(_) => None,
    };
    Ok(())
}
