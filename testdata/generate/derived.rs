//! Files that qpdf makes from ours: encryption and linearisation are its work, so that our own
//! reader is not judged by our own writer.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::Sample;
use crate::base::minimal;
use crate::writer::{Classic, ID, classic};

struct Recipe {
    file: &'static str,
    stresses: &'static str,
    from: &'static str,
    options: &'static str,
    password: &'static str,
    expected: &'static str,
}

const POLICY: &str = "policy: /P forbids it with user access; signed with the override";

const fn recipe(
    file: &'static str,
    stresses: &'static str,
    options: &'static str,
    password: &'static str,
    expected: &'static str,
) -> Recipe {
    Recipe { file, stresses, from: "form-direct.pdf", options, password, expected }
}

/// `user` and `owner` are the passwords throughout.
const RECIPES: [Recipe; 18] = [
    recipe(
        "enc-rc4-40.pdf",
        "encrypted RC4-40 (R2), user password",
        "--allow-weak-crypto --encrypt user owner 40 --",
        "user",
        "sign",
    ),
    recipe(
        "enc-rc4-128.pdf",
        "encrypted RC4-128 (R3), user password",
        "--allow-weak-crypto --encrypt user owner 128 --use-aes=n --",
        "user",
        "sign",
    ),
    recipe(
        "enc-rc4-128-owner.pdf",
        "encrypted RC4-128 (R3), nothing permitted, owner password",
        "--allow-weak-crypto --encrypt user owner 128 --use-aes=n --modify=none --",
        "owner",
        "sign",
    ),
    recipe(
        "enc-rc4-128-empty.pdf",
        "encrypted RC4-128 (R3), empty user password",
        "--allow-weak-crypto --encrypt  owner 128 --use-aes=n --",
        "",
        "sign",
    ),
    recipe(
        "enc-rc4-v4.pdf",
        "encrypted RC4 by crypt filter (R4)",
        "--allow-weak-crypto --encrypt user owner 128 --use-aes=n --force-V4 --",
        "user",
        "sign",
    ),
    recipe(
        "enc-aes-128.pdf",
        "encrypted AES-128 (R4), user password",
        "--allow-weak-crypto --encrypt user owner 128 --use-aes=y --",
        "user",
        "sign",
    ),
    recipe(
        "enc-aes-128-owner.pdf",
        "encrypted AES-128 (R4), owner password",
        "--allow-weak-crypto --encrypt user owner 128 --use-aes=y --modify=none --",
        "owner",
        "sign",
    ),
    recipe(
        "enc-aes-128-metadata.pdf",
        "encrypted AES-128 (R4), metadata in the clear",
        "--allow-weak-crypto --encrypt user owner 128 --use-aes=y --cleartext-metadata --",
        "user",
        "sign",
    ),
    recipe(
        "enc-aes-256-r5.pdf",
        "encrypted AES-256 (R5), user password",
        "--allow-weak-crypto --encrypt user owner 256 --force-R5 --",
        "user",
        "sign",
    ),
    recipe(
        "enc-aes-256-r5-owner.pdf",
        "encrypted AES-256 (R5), owner password",
        "--allow-weak-crypto --encrypt user owner 256 --force-R5 --modify=none --",
        "owner",
        "sign",
    ),
    recipe(
        "enc-aes-256.pdf",
        "encrypted AES-256 (R6), user password",
        "--encrypt user owner 256 --",
        "user",
        "sign",
    ),
    recipe(
        "enc-aes-256-owner.pdf",
        "encrypted AES-256 (R6), owner password",
        "--encrypt user owner 256 --modify=none --",
        "owner",
        "sign",
    ),
    recipe(
        "enc-aes-256-empty.pdf",
        "encrypted AES-256 (R6), empty user password",
        "--encrypt  owner 256 --",
        "",
        "sign",
    ),
    recipe(
        "enc-aes-256-metadata.pdf",
        "encrypted AES-256 (R6), metadata in the clear",
        "--encrypt user owner 256 --cleartext-metadata --",
        "user",
        "sign",
    ),
    recipe(
        "enc-aes-256-objstm.pdf",
        "encrypted AES-256 (R6), object streams",
        "--object-streams=generate --encrypt user owner 256 --",
        "user",
        "sign",
    ),
    recipe(
        "enc-permissions-none.pdf",
        "encrypted AES-256 (R6), nothing permitted to the user",
        "--encrypt user owner 256 --modify=none --",
        "user",
        POLICY,
    ),
    recipe(
        "enc-permissions-assembly.pdf",
        "encrypted RC4-128 (R3), only assembly permitted to the user",
        "--allow-weak-crypto --encrypt user owner 128 --use-aes=n --modify=assembly --",
        "user",
        POLICY,
    ),
    recipe("linearized.pdf", "linearised by qpdf", "--linearize --object-streams=disable", "", "sign"),
];

/// With `again`, qpdf is run; without, the committed files are taken, because the keys and salts that
/// qpdf makes for AES-256 are random whatever it is told.
pub(crate) fn samples(made: &[Sample], folder: &Path, again: bool) -> Vec<Sample> {
    let mut samples: Vec<Sample> = RECIPES.iter().map(|recipe| derive(recipe, made, folder, again)).collect();
    let wrong =
        samples.iter().find(|sample| sample.file == "enc-aes-256.pdf").expect("a recipe of this list");
    let bytes = wrong.bytes.clone();
    samples.push(Sample {
        file: "enc-wrong-password.pdf",
        stresses: "encrypted AES-256 (R6), the password given is wrong",
        origin: "a copy of enc-aes-256.pdf".into(),
        password: "not the password",
        expected: "refuse: wrong password",
        bytes,
    });
    let by_hand = |how: &str, trailer: &str| {
        let encrypt = format!(
            "<< /Filter /Standard /V 4 /R 4 /Length 128 /P -4 /CF << /StdCF << /AuthEvent /DocOpen /CFM /AESV2 \
             /Length 16 >> >> {how} /O {OWNER} /U {USER} >>"
        );
        let how = Classic {
            trailer: format!("/Root 1 0 R {trailer} /Encrypt 7 0 R /ID {ID}"),
            ..Classic::default()
        };
        classic(&minimal().set(7, &encrypt), &how).bytes
    };
    let mut no_strings = by_hand("/StmF /Identity /StrF /StdCF", "");
    // The information dictionary is the only object with strings: overwritten, it is a plain one.
    let at = no_strings.windows(8).position(|window| window == b"6 0 obj\n").expect("object 6") + 8;
    let end = at + no_strings[at..].windows(6).position(|window| window == b"endobj").expect("its end") - 1;
    no_strings[at..end].fill(b' ');
    no_strings[at..at + 5].copy_from_slice(b"<< >>");
    samples.push(Sample {
        password: "user",
        ..Sample::signed(
            "enc-identity-streams.pdf",
            "crypt filter Identity (R4) for streams, AES for strings",
            no_strings,
        )
    });
    samples.push(Sample {
        password: "user",
        ..Sample::signed(
            "enc-identity.pdf",
            "crypt filter Identity (R4) for streams and strings",
            by_hand("/StmF /Identity /StrF /Identity", "/Info 6 0 R"),
        )
    });
    samples
}

/// `/O` and `/U` of AES-128 (R4) for the passwords `user` and `owner`, `/P -4` and [`ID`], as qpdf
/// computes them in `enc-aes-128.pdf`. They do not depend on which crypt filters are in use.
const OWNER: &str = "<0ba3835f88f90388e74e54584125ce142be0de24c6b0d37746e075b891756671>";
const USER: &str = "<244117c93204a0c24fe6e5ae984604750122456a91bae5134273a6db134c87c4>";

fn derive(recipe: &Recipe, made: &[Sample], folder: &Path, again: bool) -> Sample {
    let options = format!("--static-id --static-aes-iv {}", recipe.options);
    let source = made.iter().find(|sample| sample.file == recipe.from).expect("a source of this set");
    let committed = folder.join(recipe.file);
    let bytes = if again {
        run(&source.bytes, &options).unwrap_or_else(|why| panic!("{}: {why}", recipe.file))
    } else {
        fs::read(&committed).unwrap_or_else(|why| panic!("{}: {why}; --derive makes it", committed.display()))
    };
    Sample {
        file: recipe.file,
        stresses: recipe.stresses,
        origin: format!("qpdf {options} of {}", recipe.from),
        password: recipe.password,
        expected: recipe.expected,
        bytes,
    }
}

/// Runs qpdf over a file; an empty password is written as two spaces in a recipe.
fn run(source: &[u8], options: &str) -> Result<Vec<u8>, String> {
    let folder = std::env::temp_dir().join(format!("kyso-testdata-{}", std::process::id()));
    fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let (from, to) = (folder.join("from.pdf"), folder.join("to.pdf"));
    fs::write(&from, source).map_err(|error| error.to_string())?;
    let run = Command::new("qpdf").args(options.split(' ')).arg(&from).arg(&to).output();
    let result = match run {
        Err(error) => Err(format!("qpdf: {error}")),
        Ok(output) if !output.status.success() => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        Ok(_) => fs::read(&to).map_err(|error| error.to_string()),
    };
    let _ = fs::remove_dir_all(&folder);
    result
}
