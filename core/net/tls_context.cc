#include "core/net/tls_context.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <utility>

#include "core/base/log.h"

namespace andon {

namespace {

constexpr Duration kLookInterval = std::chrono::seconds(10);
constexpr int kReadAheadBytes = 64 << 10;

Status CheckReadable(const char* what, const std::string& path) {
  const std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen(path.c_str(), "re"), std::fclose);
  if (file != nullptr) return OkStatus();
  return InvalidConfig(
      std::string(ErrnoStatus(std::string("tls ") + what + " " + path, errno).message()));
}

Status FileError(const char* what, const std::string& path, const std::string& why) {
  return InvalidConfig(std::string("tls ") + what + " " + path + ": " + why);
}

// Never asks on the terminal.
int NoPassphrase(char*, int, int, void* asked) {
  *static_cast<bool*>(asked) = true;
  return 0;
}

Status LoadCertificate(SSL_CTX* context, const std::string& path) {
  RETURN_IF_ERROR(CheckReadable("certificate", path));
  if (SSL_CTX_use_certificate_chain_file(context, path.c_str()) != 1) {
    return FileError("certificate", path,
                     "no certificate in PEM form can be read (" + TakeTlsErrors() + ")");
  }
  const X509* certificate = SSL_CTX_get0_certificate(context);
  if (X509_cmp_current_time(X509_get0_notAfter(certificate)) < 0) {
    LogWarn("net", "tls certificate has expired", {{"file", path}});
  }
  return OkStatus();
}

Status LoadKey(SSL_CTX* context, const TlsOptions& options) {
  RETURN_IF_ERROR(CheckReadable("key", options.key));
  bool passphrase_asked = false;
  SSL_CTX_set_default_passwd_cb(context, NoPassphrase);
  SSL_CTX_set_default_passwd_cb_userdata(context, &passphrase_asked);
  const int loaded = SSL_CTX_use_PrivateKey_file(context, options.key.c_str(), SSL_FILETYPE_PEM);
  SSL_CTX_set_default_passwd_cb_userdata(context, nullptr);
  SSL_CTX_set_default_passwd_cb(context, nullptr);
  if (loaded == 1 && SSL_CTX_check_private_key(context) == 1) return OkStatus();
  const bool mismatch = ERR_GET_REASON(ERR_peek_last_error()) == X509_R_KEY_VALUES_MISMATCH ||
                        ERR_GET_REASON(ERR_peek_last_error()) == X509_R_KEY_TYPE_MISMATCH;
  const std::string errors = TakeTlsErrors();
  if (passphrase_asked) {
    return FileError("key", options.key, "is protected by a passphrase; store it without one");
  }
  if (loaded == 1 || mismatch) {
    return FileError("key", options.key, "does not belong to certificate " + options.certificate);
  }
  return FileError("key", options.key, "no private key in PEM form can be read (" + errors + ")");
}

Status LoadAuthorities(SSL_CTX* context, const TlsOptions& options, TlsSide side) {
  if (options.ca.empty()) {
    if (side == TlsSide::kServer) {
      return InvalidConfig("tls: client_certificate needs ca, which clients are checked against");
    }
    SSL_CTX_set_default_verify_paths(context);
    return OkStatus();
  }
  RETURN_IF_ERROR(CheckReadable("ca", options.ca));
  if (SSL_CTX_load_verify_file(context, options.ca.c_str()) != 1) {
    return FileError("ca", options.ca,
                     "no certificate in PEM form can be read (" + TakeTlsErrors() + ")");
  }
  if (side == TlsSide::kServer) {  // Tells clients whose certificates are welcome.
    SSL_CTX_set_client_CA_list(context, SSL_load_client_CA_file(options.ca.c_str()));
  }
  return OkStatus();
}

void SetMinimumVersion(SSL_CTX* context, TlsVersion version) {
  SSL_CTX_set_min_proto_version(context,
                                version == TlsVersion::k13 ? TLS1_3_VERSION : TLS1_2_VERSION);
}

bool ChecksPeer(const TlsOptions& options, TlsSide side) {
  return side == TlsSide::kServer ? options.client_certificate : options.verify;
}

}  // namespace

void FreeTls::operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
void FreeTls::operator()(SSL* connection) const { SSL_free(connection); }

namespace {

struct Meaning {
  int reason;
  const char* text;
};

// What OpenSSL's words mean for who has set up one of the two sides.
constexpr Meaning kMeanings[] = {
    {SSL_R_WRONG_VERSION_NUMBER, "the peer does not speak TLS"},
    {SSL_R_HTTP_REQUEST, "the peer does not speak TLS"},
    {SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED,
     "the peer asks for a certificate: certificate and key must be set here"},
    {SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE,
     "certificate and key must be set there, and be signed by our ca"},
    {SSL_R_TLSV1_ALERT_UNKNOWN_CA, "the peer's ca did not sign our certificate"},
    {SSL_R_SSLV3_ALERT_BAD_CERTIFICATE, "the peer does not take our certificate"},
    {SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED, "our certificate has expired"},
    {SSL_R_TLSV1_ALERT_PROTOCOL_VERSION, "the peer takes no TLS version that is allowed here"},
    {SSL_R_UNSUPPORTED_PROTOCOL, "the peer knows no TLS version that is allowed here"}};

const char* MeaningOf(unsigned long error) {
  if (ERR_GET_LIB(error) != ERR_LIB_SSL) return nullptr;
  for (const Meaning& meaning : kMeanings) {
    if (meaning.reason == ERR_GET_REASON(error)) return meaning.text;
  }
  return nullptr;
}

}  // namespace

std::string TakeTlsErrors() {
  std::string text;
  const char* data = nullptr;
  int flags = 0;
  while (const unsigned long error = ERR_get_error_all(nullptr, nullptr, nullptr, &data, &flags)) {
    const char* reason = ERR_reason_error_string(error);
    if (!text.empty()) text += "; ";
    text += reason != nullptr ? reason : "error " + std::to_string(error);
    if ((flags & ERR_TXT_STRING) != 0 && data != nullptr && *data != '\0') {
      text.append(" (").append(data).append(")");
    }
    if (const char* meaning = MeaningOf(error)) text.append(": ").append(meaning);
  }
  return text.empty() ? "unknown error" : text;
}

Result<TlsContextPointer> MakeTlsContext(const TlsOptions& options, TlsSide side) {
  ERR_clear_error();
  const bool server = side == TlsSide::kServer;
  TlsContextPointer context(SSL_CTX_new(server ? TLS_server_method() : TLS_client_method()));
  if (context == nullptr) return Unavailable("tls: " + TakeTlsErrors());
  if (options.certificate.empty() != options.key.empty()) {
    return InvalidConfig("tls: certificate and key must be given together");
  }
  if (server && options.certificate.empty()) {
    return InvalidConfig("tls: a server needs certificate and key");
  }
  SetMinimumVersion(context.get(), options.minimum_version);
  if (!options.certificate.empty()) {
    RETURN_IF_ERROR(LoadCertificate(context.get(), options.certificate));
    RETURN_IF_ERROR(LoadKey(context.get(), options));
  }
  if (ChecksPeer(options, side)) {
    RETURN_IF_ERROR(LoadAuthorities(context.get(), options, side));
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                         SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE |
                                      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                      SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead(context.get(), 1);
  SSL_CTX_set_default_read_buffer_len(context.get(), kReadAheadBytes);
  // A resumed session would skip the check of the client's certificate against a renewed ca.
  if (server) SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  if (server && options.client_certificate) SSL_CTX_set_num_tickets(context.get(), 0);
  return context;
}

Result<std::unique_ptr<TlsContext>> TlsContext::Make(const TlsOptions& options, TlsSide side) {
  std::unique_ptr<TlsContext> made(new TlsContext(options, side));
  made->files_ = made->Look();
  ASSIGN_OR_RETURN(made->context_, MakeTlsContext(options, side));
  return made;
}

std::vector<TlsContext::FileState> TlsContext::Look() const {
  std::vector<FileState> states;
  for (const std::string* path : {&options_.certificate, &options_.key, &options_.ca}) {
    struct stat info {};
    if (path->empty() || ::stat(path->c_str(), &info) != 0) {
      states.emplace_back();
      continue;
    }
    states.push_back(
        {info.st_mtim.tv_sec * 1'000'000'000 + info.st_mtim.tv_nsec, info.st_ino, info.st_size});
  }
  return states;
}

TlsPointer TlsContext::NewConnection(MonotonicTime now) {
  if (now >= next_look_) {
    next_look_ = now + kLookInterval;
    std::vector<FileState> files = Look();
    if (files != files_) {
      Result<TlsContextPointer> again = MakeTlsContext(options_, side_);
      if (again.ok()) {
        context_ = *std::move(again);
        files_ = std::move(files);
        LogInfo("net", "tls files have changed and are in use",
                {{"certificate", options_.certificate}});
      } else {  // Perhaps half written: the next look will find it whole.
        LogWarn("net", "tls files have changed and cannot be used",
                {{"reason", again.status().message()}});
      }
    }
  }
  return TlsPointer(SSL_new(context_.get()));
}

}  // namespace andon
