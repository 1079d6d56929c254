#!/bin/sh
# Makes the certificates in tests/fixtures/certificates anew, and beside them openssl.txt: what
# OpenSSL reads in each, for the tests to compare with. Keys are thrown away. Serial numbers, dates
# and names are fixed, so a second run changes keys and signatures only, and x25519's dates.
#
# Usage: scripts/make_certificates.sh    (needs openssl 3.0 or later; takes up to a minute)
set -eu

out=$(cd "$(dirname "$0")/.." && pwd)/tests/fixtures/certificates
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$out"
rm -f "$out"/*.der "$out/openssl.txt"
cd "$work"

cat > ca.cnf <<'CONFIG'
[ca]
default_ca = any
[any]
database = index.txt
new_certs_dir = .
serial = serial
unique_subject = no
policy = policy
default_md = default
[policy]
commonName = optional
[req]
distinguished_name = unused
string_mask = utf8only
[unused]

[none]

[ca_ext]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid

[leaf_ext]
basicConstraints = CA:FALSE
subjectAltName = DNS:leaf.example

[names_ext]
subjectAltName = @names
[names]
DNS.1 = a.example
DNS.2 = *.wild.example
IP.1 = 192.0.2.7
IP.2 = 2001:db8::1:0:0:1
IP.3 = ::ffff:192.0.2.8
URI.1 = https://example.org/path?query
email.1 = admin@example.org
RID.1 = 1.2.3.4
dirName.1 = directory_name
otherName.1 = 1.3.6.1.4.1.311.20.2.3;UTF8:user@example.org
[directory_name]
O = Example
CN = Directory, Name

[critical_names_ext]
subjectAltName = critical, DNS:only.example

[many_ext]
keyUsage = digitalSignature, keyEncipherment
extendedKeyUsage = serverAuth, clientAuth
certificatePolicies = 2.23.140.1.2.1
crlDistributionPoints = URI:http://crl.example/ca.crl
authorityInfoAccess = OCSP;URI:http://ocsp.example
subjectAltName = DNS:many.example
1.3.6.1.4.1.99999.1 = ASN1:NULL
1.3.6.1.4.1.99999.2 = ASN1:NULL
CONFIG

# key NAME GENPKEY_ARGUMENTS...: a private key in NAME.key
key() {
  key_name=$1
  shift
  openssl genpkey -out "$key_name.key" "$@" 2>> log
}

# sign NAME KEY SUBJECT EXTENSIONS CA_ARGUMENTS...: the certificate NAME.der of KEY.key
sign() {
  target=$1 key=$2 subject=$3 extensions=$4
  shift 4
  openssl req -new -config ca.cnf -utf8 -key "$key.key" -subj "$subject" -out request.pem \
    ${request_options:-} 2>> log
  : > index.txt
  extension_option="-extensions $extensions"
  [ "$extensions" = none ] && extension_option=
  # shellcheck disable=SC2086 # Each is a list of arguments.
  openssl ca -batch -notext -preserveDN -config ca.cnf -in request.pem -out "$target.pem" \
    -startdate "${from:-20200101000000Z}" -enddate "${until:-20400101000000Z}" \
    $extension_option "$@" 2>> log
  openssl x509 -in "$target.pem" -outform DER -out "$out/$target.der"
}

# self NAME SUBJECT EXTENSIONS CA_ARGUMENTS...: signed with its own key, NAME.key
self() {
  self_name=$1 self_subject=$2 self_extensions=$3
  shift 3
  sign "$self_name" "$self_name" "$self_subject" "$self_extensions" \
    -selfsign -keyfile "$self_name.key" "$@"
}

echo 1000 > serial

key rsa-512-md5 -algorithm RSA -pkeyopt rsa_keygen_bits:512
self rsa-512-md5 "/CN=rsa-512-md5" none -md md5
key rsa-1024-sha1 -algorithm RSA -pkeyopt rsa_keygen_bits:1024
self rsa-1024-sha1 "/CN=rsa-1024-sha1" leaf_ext -md sha1
key rsa-1025-sha224 -algorithm RSA -pkeyopt rsa_keygen_bits:1025
self rsa-1025-sha224 "/CN=rsa-1025-sha224" leaf_ext -md sha224
key rsa-2048-sha256 -algorithm RSA -pkeyopt rsa_keygen_bits:2048
self rsa-2048-sha256 "/CN=rsa-2048-sha256" leaf_ext -md sha256
key rsa-2048-e3-sha384 -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_keygen_pubexp:3
self rsa-2048-e3-sha384 "/CN=rsa-2048-e3-sha384" leaf_ext -md sha384
# Many primes make a key of this size in seconds and not in minutes.
key rsa-16384-sha512 -algorithm RSA -pkeyopt rsa_keygen_bits:16384 -pkeyopt rsa_keygen_primes:5
self rsa-16384-sha512 "/CN=rsa-16384-sha512" leaf_ext -md sha512

key rsa-pss-key-sha256 -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048
self rsa-pss-key-sha256 "/CN=rsa-pss-key-sha256" leaf_ext -md sha256
key rsa-pss-limited-key-sha512 -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 \
  -pkeyopt rsa_pss_keygen_md:sha512 -pkeyopt rsa_pss_keygen_mgf1_md:sha512 \
  -pkeyopt rsa_pss_keygen_saltlen:32
request_options="-sha512"
self rsa-pss-limited-key-sha512 "/CN=rsa-pss-limited-key-sha512" leaf_ext -md sha512
request_options=
key rsa-pss-sha1 -algorithm RSA -pkeyopt rsa_keygen_bits:1025
self rsa-pss-sha1 "/CN=rsa-pss-sha1" leaf_ext -md sha1 \
  -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:20
key rsa-pss-sha384-mgf1-sha256 -algorithm RSA -pkeyopt rsa_keygen_bits:1031
self rsa-pss-sha384-mgf1-sha256 "/CN=rsa-pss-sha384-mgf1-sha256" leaf_ext -md sha384 \
  -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:0 -sigopt rsa_mgf1_md:sha256

for curve in prime192v1 secp224r1 prime256v1 secp384r1 secp521r1 secp256k1 \
  brainpoolP256r1 brainpoolP384r1 brainpoolP512r1; do
  name=ec-$curve-sha256
  key "$name" -algorithm EC -pkeyopt "ec_paramgen_curve:$curve" -pkeyopt ec_param_enc:named_curve
  self "$name" "/CN=$name" leaf_ext -md sha256
done
for curve_hash in prime256v1-sha1 prime256v1-sha512 secp384r1-sha1 secp521r1-sha512; do
  name=ec-$curve_hash
  key "$name" -algorithm EC -pkeyopt "ec_paramgen_curve:${curve_hash%-*}" \
    -pkeyopt ec_param_enc:named_curve
  self "$name" "/CN=$name" leaf_ext -md "${curve_hash#*-}"
done
key ec-explicit -algorithm EC -pkeyopt ec_paramgen_curve:prime256v1 -pkeyopt ec_param_enc:explicit
self ec-explicit "/CN=ec-explicit" leaf_ext -md sha256
for curve in prime256v1 secp224r1; do
  name=ec-compressed-$curve
  key named -algorithm EC -pkeyopt "ec_paramgen_curve:$curve" -pkeyopt ec_param_enc:named_curve
  openssl ec -in named.key -conv_form compressed -out "$name.key" 2>> log
  self "$name" "/CN=$name" leaf_ext -md sha256
done
key ec-sect283k1 -algorithm EC -pkeyopt ec_paramgen_curve:sect283k1 -pkeyopt ec_param_enc:named_curve
self ec-sect283k1 "/CN=ec-sect283k1" leaf_ext -md sha256

key ed25519 -algorithm ED25519
self ed25519 "/CN=ed25519" leaf_ext
key ed448 -algorithm ED448
self ed448 "/CN=ed448" leaf_ext

for bits_hash in 1024-sha1 2048-sha256; do
  name=dsa-$bits_hash
  openssl genpkey -genparam -algorithm DSA -pkeyopt "dsa_paramgen_bits:${bits_hash%-*}" \
    -out dsa.param 2>> log
  key "$name" -paramfile dsa.param
  self "$name" "/CN=$name" none -md "${bits_hash#*-}"
done

# What comes after is about names and dates: the smallest key does.
for name in ca other expired windows no-common-name unicode multi-valued escaped organisation \
  names many leaf empty-subject; do
  key "$name" -algorithm ED25519
done
self ca "/C=DE/O=Example/CN=Example CA" ca_ext
by_ca="-cert ca.pem -keyfile ca.key"
# shellcheck disable=SC2086 # A list of arguments.
{
  sign same-cn-other-name leaf "/O=Somebody Else/CN=Example CA" leaf_ext $by_ca
  sign same-name-other-key leaf "/C=DE/O=Example/CN=Example CA" leaf_ext $by_ca
  sign empty-subject empty-subject "/" critical_names_ext $by_ca
}
openssl genpkey -algorithm X25519 -out x25519.key
openssl pkey -in x25519.key -pubout -out x25519.pub
openssl req -new -config ca.cnf -key leaf.key -subj "/CN=x25519" -out request.pem
openssl x509 -req -in request.pem -force_pubkey x25519.pub -CA ca.pem -CAkey ca.key \
  -set_serial 0x1999 -days 5000 -outform DER -out "$out/x25519.der" 2>> log

from=20010101000000Z until=20020101000000Z
self expired "/CN=expired.example" leaf_ext
from=500102030405Z until=99991231235959Z
self windows "/CN=windows" leaf_ext
from= until=
echo 00F1E2D3C4B5A69788796A5B4C3D2E1F00112233 > serial
self no-common-name "/O=Nameless" leaf_ext
self unicode "/C=DE/O=$(printf '\303\234')bermut GmbH/CN=m$(printf '\303\274')nchen.example" leaf_ext
self multi-valued "/DC=org/DC=example/UID=jdoe+CN=John Doe" leaf_ext
self escaped '/O=#lead/OU=\+a,b;c<d>e"f\\g=h/CN= spaced ' leaf_ext
self organisation "/jurisdictionC=DE/businessCategory=Private Organization/serialNumber=HRB 1/C=DE/ST=Berlin/L=Berlin/street=Weg 1/postalCode=10115/O=Example/OU=One/OU=Two/CN=ev.example/emailAddress=a@example.org" leaf_ext
self names "/CN=names" names_ext
self many "/O=Example/CN=many.example" many_ext

for file in "$out"/*.der; do
  echo "[$(basename "$file" .der)]"
  openssl x509 -in "$file" -inform DER -noout -serial -dates -dateopt iso_8601 \
    -subject -issuer -nameopt esc_2253,utf8,dump_nostr,dump_der,sep_comma_plus,dn_rev,sname \
    -fingerprint -sha256
  openssl x509 -in "$file" -inform DER -noout -text |
    sed -n -e 's/^ *Version: \([0-9]*\).*/version=\1/p' \
      -e 's/^ *Public-Key: (\([0-9]*\) bit.*/bits=\1/p' -e 's/^ *\(DNS:.*\)/names=\1/p' \
      -e 's/^    Signature Algorithm: /algorithm=/p'
done > "$out/openssl.txt"
