// Trust by a certificate's SHA-256 instead of by an authority's file.
#pragma once

#include <string>

namespace andon::http {

// Makes an SSL_CTX (OpenSSL's) trust the certificate with this fingerprint, which must outlive the
// context, and nothing else. Called for each connection.
void TrustFingerprint(void* ssl_context, const std::string* fingerprint);

}  // namespace andon::http
