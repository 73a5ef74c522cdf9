#!/bin/bash
# Makes the public test keys of testdata/keys with openssl (3.0 or newer).
# The committed files are what the tests and benchmarks use; keys are random, so running this again
# changes every file. It therefore refuses to overwrite unless told so: keys.sh --force
set -euo pipefail
cd "$(dirname "$0")/../keys"
if [[ -e root.pem && "${1:-}" != --force ]]; then
    echo "testdata/keys is there already; --force replaces it" >&2
    exit 2
fi
rm -f ./*.pem ./*.p12 ./*.der
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Fixed, so that tests can sign at a fixed time whenever the set was made.
from=20260101000000Z
until=20660101000000Z

rsa() { openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:"$1" -out "$2"; }
curve() { openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:"$1" -pkeyopt ec_param_enc:named_curve -out "$2"; }

cat >"$work/extensions" <<'X'
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[intermediate]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[leaf]
basicConstraints = CA:FALSE
keyUsage = critical, digitalSignature, nonRepudiation
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
X

cat >"$work/ca" <<'X'
[ca]
default_ca = kyso
[kyso]
database = $ENV::WORK/index
new_certs_dir = $ENV::WORK
rand_serial = yes
default_md = sha256
policy = any
unique_subject = no
copy_extensions = none
[any]
countryName = optional
organizationName = optional
commonName = supplied
X
export WORK=$work
: >"$work/index"

# issue SECTION CN KEY OUT [ISSUER ISSUER_KEY]: a certificate for KEY, self-signed without an issuer.
# `openssl ca`, because `openssl x509` of 3.0 cannot set the first day.
issue() {
    local request="$work/request.pem"
    openssl req -new -utf8 -key "$3" -subj "/C=VN/O=kyso test data/CN=$2" -out "$request"
    local by=(-selfsign -keyfile "$3")
    [[ $# -gt 4 ]] && by=(-cert "$5" -keyfile "$6")
    openssl ca -batch -notext -config "$work/ca" -in "$request" -startdate "$from" -enddate "$until" \
        -extfile "$work/extensions" -extensions "$1" "${by[@]}" -out "$4" 2>"$work/log" || {
        cat "$work/log" >&2
        exit 1
    }
}

rsa 2048 "$work/root.key"
rsa 2048 "$work/intermediate.key"
issue root "kyso demonstration root" "$work/root.key" root.pem
issue intermediate "kyso demonstration intermediate" "$work/intermediate.key" intermediate.pem root.pem "$work/root.key"

# leaf NAME TITLE: NAME-key.pem exists; adds NAME-chain.pem, leaf first.
leaf() {
    issue leaf "kyso demonstration $2" "$1-key.pem" "$work/$1.pem" intermediate.pem "$work/intermediate.key"
    cat "$work/$1.pem" intermediate.pem root.pem >"$1-chain.pem"
}

rsa 2048 rsa2048-key.pem
leaf rsa2048 "RSA"
curve P-256 p256-key.pem
leaf p256 "P-256"
curve P-384 p384-key.pem
leaf p384 "P-384"
curve P-521 p521-key.pem
leaf p521 "P-521"
openssl genpkey -quiet -algorithm ED25519 -out ed25519-key.pem
leaf ed25519 "Ed25519"

# The same RSA and P-256 keys in the other containers that exist.
openssl rsa -in rsa2048-key.pem -traditional -out rsa2048-pkcs1-key.pem 2>/dev/null
openssl ec -in p256-key.pem -out p256-sec1-key.pem 2>/dev/null
openssl pkcs8 -topk8 -in rsa2048-key.pem -v2 aes-256-cbc -iter 2048 -passout pass:kyso -out rsa2048-encrypted-key.pem
openssl pkcs12 -export -inkey rsa2048-key.pem -in "$work/rsa2048.pem" \
    -certfile <(cat intermediate.pem root.pem) -name "kyso demonstration RSA" -passout pass:kyso -out rsa2048.p12
# A chain in an order that no one should rely on.
cat root.pem "$work/rsa2048.pem" intermediate.pem >rsa2048-chain-shuffled.pem
chmod 644 ./*
