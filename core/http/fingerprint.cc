#include "core/http/fingerprint.h"

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>
#include <cctype>

#include "core/http/client.h"

namespace andon::http {
namespace {

constexpr size_t kDigits = 64;

std::string WithoutColons(std::string text) {
  std::erase(text, ':');
  return text;
}

bool HasFingerprint(const X509* certificate, const std::string& wanted) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  if (X509_digest(certificate, EVP_sha256(), digest, &size) != 1) return false;
  constexpr char kHex[] = "0123456789abcdef";
  std::string text;
  for (unsigned i = 0; i < size; ++i) {
    text += kHex[digest[i] >> 4];
    text += kHex[digest[i] & 15];
  }
  return std::ranges::equal(text, WithoutColons(wanted),
                            [](char a, char b) { return a == std::tolower(b); });
}

// The certificate of the server or of its chain that is wanted; null when it is none of them.
X509* FindCertificate(X509_STORE_CTX* context, const std::string& wanted) {
  X509* const own = X509_STORE_CTX_get0_cert(context);
  if (own != nullptr && HasFingerprint(own, wanted)) return own;
  STACK_OF(X509)* const chain = X509_STORE_CTX_get0_untrusted(context);
  for (int i = 0; i < sk_X509_num(chain); ++i) {
    X509* const one = sk_X509_value(chain, i);
    if (HasFingerprint(one, wanted)) return one;
  }
  return nullptr;
}

// OpenSSL verifies the chain up to the one that is trusted: signatures and dates are checked too.
int Verify(X509_STORE_CTX* context, void* fingerprint) {
  X509* const found = FindCertificate(context, *static_cast<const std::string*>(fingerprint));
  if (found == nullptr) {
    X509_STORE_CTX_set_error(context, X509_V_ERR_CERT_UNTRUSTED);
    return 0;
  }
  STACK_OF(X509)* const trusted = sk_X509_new_null();
  sk_X509_push(trusted, found);
  X509_STORE_CTX_set0_trusted_stack(context, trusted);
  X509_VERIFY_PARAM_set_flags(X509_STORE_CTX_get0_param(context), X509_V_FLAG_PARTIAL_CHAIN);
  const int verified = X509_verify_cert(context);
  sk_X509_free(trusted);
  return verified;
}

}  // namespace

Status CheckFingerprint(const std::string& fingerprint) {
  const std::string digits = WithoutColons(fingerprint);
  const bool hex =
      std::ranges::all_of(digits, [](unsigned char c) { return std::isxdigit(c) != 0; });
  if (hex && digits.size() == kDigits) return OkStatus();
  return InvalidConfig("\"" + fingerprint + "\" is no SHA-256 in hex: it has 64 digits");
}

void TrustFingerprint(void* ssl_context, const std::string* fingerprint) {
  SSL_CTX_set_cert_verify_callback(static_cast<SSL_CTX*>(ssl_context), Verify,
                                   const_cast<std::string*>(fingerprint));
}

}  // namespace andon::http
