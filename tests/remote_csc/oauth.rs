//! OAuth 2.0 with somebody who fills in the page of the sandbox.

use super::*;

const CALLBACK: &str = "http://127.0.0.1:9/callback";

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().max_redirects(0).http_status_as_error(false).build().into()
}

/// Opens the page, allows what it asks for, and says where it leads.
pub(super) fn browse(url: &str, username: &str, password: &str, pin: &str) -> String {
    let page = agent().get(url).call().unwrap().body_mut().read_to_string().unwrap();
    assert!(page.contains("<form method=post") && !page.contains("<script"), "{page}");
    let action = page.split("action='").nth(1).unwrap().split('\'').next().unwrap().replace("&amp;", "&");
    assert_eq!(action, url);
    let form = [("username", username), ("password", password), ("pin", pin), ("decision", "allow")];
    let reply = agent().post(&action).send_form(form).unwrap();
    assert_eq!(reply.status(), 302);
    reply.headers()["Location"].to_str().unwrap().to_owned()
}

fn login(confidential: bool) -> Login {
    Login::OAuth2 { client_id: "kyso-sandbox".into(), redirect_uri: CALLBACK.into(), confidential }
}

#[test]
fn login_and_credential_are_authorised_in_the_browser() {
    let sandbox = sandbox();
    for (dialect, confidential) in [(Dialect::V1, false), (Dialect::V2, true)] {
        let service = service(&sandbox, dialect, login(confidential));
        let papers = Papers::new(&sandbox, "person-rsa");
        let mut person = Person::new(&sandbox);
        let credential = credential(&sandbox, "person-rsa-oauth");
        let outcomes = sign(&service, &credential, &papers.requests(), &mut person).unwrap();
        assert_eq!(person.asked.iter().filter(|kind| **kind == "redirect").count(), 2);
        assert_eq!(person.asked.contains(&"service-password"), confidential);
        assert_eq!(person.sent(AUTHORIZE), 0);
        papers.judge(&sandbox, &outcomes);
    }
}

#[test]
fn a_client_that_logs_in_for_itself_has_the_credential_authorised() {
    let sandbox = sandbox();
    let service = service(&sandbox, Dialect::V2, client(Some(CALLBACK)));
    let papers = Papers::new(&sandbox, "person-ecdsa");
    let mut person = Person::new(&sandbox);
    let credential = credential(&sandbox, "person-ecdsa-oauth");
    let outcomes = sign(&service, &credential, &papers.requests(), &mut person).unwrap();
    papers.judge(&sandbox, &outcomes);
}

/// Where the page leads after a decision.
fn decide(url: &str, decision: &str) -> String {
    let reply = agent().post(url).send_form([("decision", decision)]).unwrap();
    reply.headers().get("Location").map(|to| to.to_str().unwrap().to_owned()).unwrap_or_default()
}

const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

fn address(sandbox: &Sandbox, change: impl Fn(&str) -> String) -> String {
    let query = change(&format!(
        "response_type=code&client_id=kyso-sandbox&redirect_uri=http%3A%2F%2F127.0.0.1%3A9%2Fcallback\
         &scope=service&code_challenge={CHALLENGE}&code_challenge_method=S256&state=s-1"
    ));
    format!("{}/csc/oauth2/authorize?{query}", sandbox.url())
}

#[test]
fn what_is_asked_for_wrongly_leads_back_or_nowhere() {
    let sandbox = sandbox();
    let status = |url: &str| agent().get(url).call().unwrap().status().as_u16();
    assert_eq!(status(&address(&sandbox, str::to_owned)), 200);
    // Nobody is sent to an address that is not the client's.
    let stranger = |query: &str| query.replace("127.0.0.1%3A9", "evil.invalid");
    assert_eq!(status(&address(&sandbox, stranger)), 400);
    assert_eq!(status(&address(&sandbox, |query| query.replace("kyso-sandbox", "other"))), 400);
    for (from, to, error) in [
        ("response_type=code", "response_type=token", "unsupported_response_type"),
        ("scope=service", "scope=all", "invalid_scope"),
        ("method=S256", "method=plain", "invalid_request"),
        ("scope=service", "scope=credential&credentialID=person-rsa", "invalid_request"),
    ] {
        let url = address(&sandbox, |query| query.replace(from, to));
        let reply = agent().get(&url).call().unwrap();
        assert_eq!(reply.status(), 302);
        let location = reply.headers()["Location"].to_str().unwrap();
        assert!(
            location.contains(&format!("error={error}")) && location.ends_with("state=s-1"),
            "{location}"
        );
    }
    let url = address(&sandbox, str::to_owned);
    assert!(decide(&url, "deny").contains("error=access_denied"));
    assert_eq!(decide(&url, "allow"), "", "nobody said who it is");
}

#[test]
fn a_code_serves_once_and_for_whoever_asked() {
    let sandbox = sandbox();
    let signer = signer(&sandbox);
    let code = || {
        let url = address(&sandbox, str::to_owned);
        let to = browse(&url, &signer.username, signer.password.expose(), "");
        to.split("code=").nth(1).unwrap().split('&').next().unwrap().to_owned()
    };
    let exchange = |code: &str, verifier: &str, redirect: &str| {
        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", "kyso-sandbox"),
            ("code", code),
            ("redirect_uri", redirect),
            ("code_verifier", verifier),
        ];
        agent().post(format!("{}/csc/oauth2/token", sandbox.url())).send_form(form).unwrap().status().as_u16()
    };
    // RFC 7636, appendix B.
    let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    let one = code();
    assert_eq!(exchange(&one, verifier, CALLBACK), 200);
    assert_eq!(exchange(&one, verifier, CALLBACK), 400);
    assert_eq!(exchange(&code(), &verifier.replace('d', "e"), CALLBACK), 400);
    assert_eq!(exchange(&code(), verifier, "http://127.0.0.1:9/other"), 400);
    let late = code();
    sandbox.world().advance(61);
    assert_eq!(exchange(&late, verifier, CALLBACK), 400);
}
