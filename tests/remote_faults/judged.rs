//! One case of each service, with outside judges.

use std::process::Command;

use super::support::{self, Judge};
use super::{Desk, Fault, SERVICES, ended, side_by_side};

/// A fault that still ends in signatures; what it makes of them must satisfy openssl, pdfsig and xmlsec1.
#[test]
fn outside_judges_accept_what_comes_of_it() {
    side_by_side(3, &SERVICES, |service| {
        let desk = Desk::approving();
        desk.put_papers();
        desk.faults(|faults| Fault::Reorder.set(faults));
        let signed = ended(desk.sign(service).spawn().unwrap());
        assert_eq!(signed.code, 0, "{service}: {}", signed.text);
        let (pdf, xml) = (desk.path("out/contract.pdf"), desk.path("out/invoice.xml"));
        if Judge::Pdfsig.present() {
            assert_eq!(support::pdfsig_valid(&pdf, ""), [true], "{service}");
        }
        if Judge::Openssl.present() {
            support::openssl_verify_pdf(&pdf, &desk.root()).unwrap();
        }
        if Judge::Xmlsec1.present() {
            // The invoice brings the signer's certificate only: its issuer is looked up beside it.
            let issuer = desk.path("issuer.pem");
            let world = desk.sandbox.world();
            let signer = world.subscribers().next().unwrap();
            std::fs::write(&issuer, pem(signer.holdings[0].chain.certificates()[1].der())).unwrap();
            let mut command = Command::new("xmlsec1");
            command.args(["--verify", "--enabled-key-data", "x509", "--trusted-pem"]).arg(desk.root());
            command.arg("--untrusted-pem").arg(&issuer);
            for element in ["DLHDon", "Object", "SignatureProperties"] {
                command.arg("--id-attr:Id").arg(element);
            }
            let output = command.arg("--node-xpath").arg("(//*[local-name()='Signature'])[1]").arg(&xml);
            let output = output.output().unwrap();
            assert!(output.status.success(), "{service}: {}", support::both(&output));
        }
    });
}

fn pem(der: &[u8]) -> String {
    use base64::Engine as _;
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    let lines: Vec<&str> =
        text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
}
