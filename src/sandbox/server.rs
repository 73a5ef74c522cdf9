//! The sandbox as it runs: who gets which request, and the threads beside.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::http::{Answer, Request, Server};
use super::journal::Entry;
use super::phone::Phone;
use super::provider::{Incoming, Provider, Reply, header};
use super::webhook::Webhook;
use super::{DropConnection, SandboxError, Settings, World, guide, providers};
use crate::remote::redact;

/// How often the clock is looked at for transactions that nobody decides.
const TICK: Duration = Duration::from_millis(250);

/// A sandbox that runs: it stops when it is dropped.
#[derive(Debug)]
pub struct Sandbox {
    address: SocketAddr,
    world: Arc<World>,
    folder: Option<PathBuf>,
    guide: String,
    // In the order in which they stop.
    server: Option<Server>,
    helper: Option<JoinHandle<()>>,
    webhook: Option<Webhook>,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Server({})", self.address())
    }
}

impl Sandbox {
    /// Makes or takes up the keys, and begins to listen.
    ///
    /// The first start in a folder makes the keys, which takes seconds; later ones find them there.
    ///
    /// # Errors
    /// When the address is not one of the loopback or cannot be listened on, a system is not known, the
    /// folder cannot be read or written, or a number of the faults is not in its range.
    pub fn start(settings: Settings) -> Result<Self, SandboxError> {
        let address = settings.listen;
        if !settings.anyone && !address.ip().is_loopback() {
            return Err(SandboxError::NotLoopback { address });
        }
        let providers = chosen(settings.more, &settings.providers)?;
        settings.faults.check()?;
        let listener =
            TcpListener::bind(address).map_err(|source| SandboxError::Listen { address, source })?;
        let address = listener.local_addr().map_err(SandboxError::System)?;
        let world = Arc::new(World::open(settings.folder.as_deref(), settings.faults)?);
        let names: Vec<&str> = providers.iter().map(|one| one.prefix()).collect();
        let guide = guide::write(&world, address, &names, settings.folder.as_deref())?;

        let webhook = match settings.webhook {
            Some(url) => Some(
                Webhook::start(url, settings.webhook_attempts, world.relying_party().id)
                    .map_err(SandboxError::System)?,
            ),
            None => None,
        };
        let (wake, woken) = sync_channel(1);
        world.tell_to(webhook.as_ref().and_then(Webhook::sender), Some(wake));
        let helped = Arc::clone(&world);
        let helper = thread::Builder::new()
            .name("sandbox phone".to_owned())
            .spawn(move || help(&helped, &woken))
            .map_err(SandboxError::System)?;
        if settings.auto_approve {
            world.set_auto_approve(true);
        }
        let router = Router {
            phone: Phone::new(Arc::clone(&world), address, settings.anyone),
            world: Arc::clone(&world),
            providers,
            base: format!("http://{address}"),
        };
        let server = Server::start(listener, move |request| router.answer(request));
        let mut sandbox = Self {
            address,
            world,
            folder: settings.folder,
            guide,
            server: None,
            helper: Some(helper),
            webhook,
        };
        // From here on dropping it ends the threads.
        sandbox.server = Some(server.map_err(SandboxError::System)?);
        Ok(sandbox)
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://` and the address, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What it plays with: for tests, which look at it and put its clock forward.
    #[must_use]
    pub fn world(&self) -> &World {
        &self.world
    }

    /// The folder with its files, when it has one.
    #[must_use]
    pub fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    /// What somebody who wants to try it must know: accounts, addresses, what to type next.
    #[must_use]
    pub fn guide(&self) -> &str {
        &self.guide
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.server = None;
        // Closes the helper's channel, and the webhook's.
        self.world.tell_to(None, None);
        if let Some(helper) = self.helper.take() {
            let _ = helper.join();
        }
        self.webhook = None;
    }
}

/// The systems to play: all, or those that were named, and those that the caller brought.
fn chosen(more: Vec<Box<dyn Provider>>, names: &[String]) -> Result<Vec<Box<dyn Provider>>, SandboxError> {
    let mut all = providers::all();
    if let Some(name) = names.iter().find(|name| !all.iter().any(|one| one.prefix() == name.as_str())) {
        let known = all.iter().map(|one| one.prefix()).collect::<Vec<_>>().join(", ");
        return Err(SandboxError::UnknownProvider { name: name.clone(), known });
    }
    all.retain(|one| names.is_empty() || names.iter().any(|name| name == one.prefix()));
    all.extend(more);
    Ok(all)
}

/// Approves when it is told to, and ends what nobody decides.
fn help(world: &World, woken: &Receiver<()>) {
    loop {
        match woken.recv_timeout(TICK) {
            Err(RecvTimeoutError::Disconnected) => return,
            Ok(()) | Err(RecvTimeoutError::Timeout) => {}
        }
        world.expire();
        if world.auto_approves() {
            world.approve_all();
        }
    }
}

/// Who gets which request.
struct Router {
    phone: Phone,
    world: Arc<World>,
    providers: Vec<Box<dyn Provider>>,
    base: String,
}

impl Router {
    fn answer(&self, request: &Request) -> Answer {
        let (first, path) = request
            .path
            .trim_start_matches('/')
            .split_once('/')
            .unwrap_or((request.path.trim_start_matches('/'), ""));
        if matches!(first, "" | "phone" | "faults") {
            return Answer::Reply(self.phone.answer(first, path, request));
        }
        let Some(provider) = self.providers.iter().find(|one| one.prefix() == first) else {
            return Answer::Reply(Reply::text(404, "no system of this name is played here\n"));
        };
        let began = Instant::now();
        let at = self.world.now();
        let answer = self.provide(&**provider, path, request);
        let (status, reply) = match &answer {
            Answer::Reply(reply) => (Some(reply.code()), self.shown(reply.bytes())),
            Answer::Drop => (None, String::new()),
        };
        self.world.record(Entry {
            number: 0,
            at,
            call: format!("{} {}", request.method, request.path),
            request: self.shown(&request.body),
            status,
            reply,
            millis: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
        });
        answer
    }

    /// One system's answer, after the faults of the connection.
    fn provide(&self, provider: &dyn Provider, path: &str, request: &Request) -> Answer {
        let faults = self.world.faults();
        let strikes = faults.any() && faults.strikes(&format!("call {}", self.world.next_call()));
        if strikes && faults.delay_ms > 0 {
            thread::sleep(Duration::from_millis(faults.delay_ms));
        }
        let breaks = strikes && (faults.every_call || provider.signs(path));
        if breaks && faults.drop_connection == DropConnection::Before {
            return Answer::Drop;
        }
        let base = match header(&request.headers, "Host") {
            Some(host) => format!("http://{host}/{}", provider.prefix()),
            None => format!("{}/{}", self.base, provider.prefix()),
        };
        let incoming = Incoming {
            method: &request.method,
            path,
            query: &request.query,
            headers: &request.headers,
            body: &request.body,
            base: &base,
        };
        let reply = provider.handle(&incoming, &self.world);
        if breaks && faults.drop_connection == DropConnection::After {
            return Answer::Drop;
        }
        if breaks && faults.error_500_after_signing {
            return Answer::Reply(Reply::text(500, "this error was asked for\n"));
        }
        Answer::Reply(reply)
    }

    /// A body as the log shows it. A secret under a name that nobody foresaw is hidden too.
    fn shown(&self, body: &[u8]) -> String {
        let mut text = redact::body(body);
        for secret in self.world.secrets() {
            if text.contains(secret.expose()) {
                text = text.replace(secret.expose(), "…");
            }
        }
        text
    }
}
