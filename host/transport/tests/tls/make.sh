#!/bin/sh
# Makes the certificates of the tests anew: sh host/transport/tests/tls/make.sh
# They are valid for many years, except for those whose name says otherwise. The keys protect nothing.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
: >"$work/index"
cat >"$work/ca.cnf" <<CNF
[ca]
default_ca = test
[test]
database = $work/index
new_certs_dir = $work
rand_serial = yes
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
CNF

key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1"; }

# NAME SUBJECT-ALT-NAME FROM TO
issued() {
  openssl req -new -key server.key -subj "/CN=$1" -out "$work/request"
  printf 'basicConstraints=CA:FALSE\nsubjectAltName=%s\nextendedKeyUsage=serverAuth\n' "$2" >"$work/extensions"
  openssl ca -batch -notext -config "$work/ca.cnf" -cert authority.pem -keyfile "$work/authority.key" \
    -in "$work/request" -startdate "$3" -enddate "$4" -extfile "$work/extensions" -out "$1.pem"
}

key "$work/authority.key"
key server.key
openssl req -x509 -key "$work/authority.key" -subj "/CN=Test authority" -days 30000 -out authority.pem
openssl req -x509 -key server.key -subj "/CN=localhost" -addext "subjectAltName=DNS:localhost" -days 30000 \
  -out self-signed.pem
issued valid DNS:localhost 20200101000000Z 21000101000000Z
issued elsewhere DNS:erp.example 20200101000000Z 21000101000000Z
issued expired DNS:localhost 20200101000000Z 20210101000000Z
issued future DNS:localhost 20900101000000Z 21000101000000Z
