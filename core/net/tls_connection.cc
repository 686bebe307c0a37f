#include "core/net/tls_connection.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "core/base/check.h"

namespace andon {

namespace {

constexpr size_t kMaxRecordBytes = 16384;

TlsConnection::Socket& SocketOf(BIO* bio) {
  return *static_cast<TlsConnection::Socket*>(BIO_get_data(bio));
}

int Finish(BIO* bio, ssize_t result) {
  BIO_clear_retry_flags(bio);
  if (result >= 0) return static_cast<int>(result);
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) {
    return -1;
  }
  SocketOf(bio).error = errno;
  return -1;
}

int BioRead(BIO* bio, char* to, int size) {
  const ssize_t got = ::recv(SocketOf(bio).fd.get(), to, static_cast<size_t>(size), MSG_DONTWAIT);
  const int result = Finish(bio, got);
  if (got == 0) SocketOf(bio).ended = true;
  if (result < 0 && SocketOf(bio).error == 0) BIO_set_retry_read(bio);
  return result;
}

int BioWrite(BIO* bio, const char* from, int size) {
  const int result = Finish(bio, ::send(SocketOf(bio).fd.get(), from, static_cast<size_t>(size),
                                        MSG_DONTWAIT | MSG_NOSIGNAL));
  if (result < 0 && SocketOf(bio).error == 0) BIO_set_retry_write(bio);
  return result;
}

long BioControl(BIO* bio, int command, long, void*) {
  if (command == BIO_CTRL_FLUSH) return 1;
  if (command == BIO_CTRL_EOF) return SocketOf(bio).ended ? 1 : 0;
  return 0;
}

BIO_METHOD* SocketBio() {
  static BIO_METHOD* const kMethod = [] {
    BIO_METHOD* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "andon socket");
    CHECK(method != nullptr);
    BIO_meth_set_read(method, BioRead);
    BIO_meth_set_write(method, BioWrite);
    BIO_meth_set_ctrl(method, BioControl);
    return method;
  }();
  return kMethod;
}

bool IsNumeric(const std::string& host) {
  unsigned char address[sizeof(in6_addr)];
  return ::inet_pton(AF_INET, host.c_str(), address) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), address) == 1;
}

std::string CommonName(X509* certificate) {
  X509_NAME* subject = X509_get_subject_name(certificate);
  const int index = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (index < 0) return {};
  unsigned char* text = nullptr;
  const int size =
      ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, index)));
  if (size < 0) return {};
  std::string name(reinterpret_cast<const char*>(text), static_cast<size_t>(size));
  OPENSSL_free(text);
  return name;
}

std::string FirstDnsName(X509* certificate) {
  auto* names = static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  std::string found;
  for (int i = 0; i < sk_GENERAL_NAME_num(names) && found.empty(); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names, i);
    if (name->type != GEN_DNS) continue;
    const ASN1_STRING* text = name->d.dNSName;
    found.assign(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                 static_cast<size_t>(ASN1_STRING_length(text)));
  }
  GENERAL_NAMES_free(names);
  return found;
}

}  // namespace

TlsConnection::TlsConnection(TlsPointer tls, UniqueFd fd, TlsSide side, std::string peer)
    : socket_{std::move(fd)}, peer_(std::move(peer)), tls_(std::move(tls)) {
  BIO* bio = BIO_new(SocketBio());
  CHECK(bio != nullptr && tls_ != nullptr);
  BIO_set_data(bio, &socket_);
  BIO_set_init(bio, 1);
  SSL_set_bio(tls_.get(), bio, bio);
  if (side == TlsSide::kServer) {
    SSL_set_accept_state(tls_.get());
  } else {
    SSL_set_connect_state(tls_.get());
  }
}

TlsConnection::~TlsConnection() {
  if (established_ && error_.ok()) Shutdown();
}

Status TlsConnection::ExpectName(const std::string& name, bool check) {
  const bool numeric = IsNumeric(name);
  bool ok = true;
  if (!numeric) ok = SSL_set_tlsext_host_name(tls_.get(), name.c_str()) == 1;
  if (check && numeric) {
    ok = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls_.get()), name.c_str()) == 1;
  } else if (check) {
    SSL_set_hostflags(tls_.get(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    ok = ok && SSL_set1_host(tls_.get(), name.c_str()) == 1;
  }
  if (ok) return OkStatus();
  ERR_clear_error();
  return InvalidConfig("tls: \"" + name + "\" cannot be the name of a server");
}

TlsOutcome TlsConnection::Explain(int result) {
  const int kind = SSL_get_error(tls_.get(), result);
  if (kind == SSL_ERROR_WANT_READ) return TlsOutcome::kWantRead;
  if (kind == SSL_ERROR_WANT_WRITE) return TlsOutcome::kWantWrite;
  const bool orderly = kind == SSL_ERROR_ZERO_RETURN || (socket_.ended && established_);
  if (orderly && socket_.error == 0) {
    // Many peers just close; what the framing above lacks then it notices itself.
    ERR_clear_error();
    return TlsOutcome::kEnd;
  }
  if (socket_.error != 0) {
    error_ = ErrnoStatus(peer_, socket_.error);
  } else if (const long verdict = SSL_get_verify_result(tls_.get());
             !established_ && verdict != X509_V_OK) {
    error_ = Unavailable(peer_ + ": tls: the peer's certificate is not accepted: " +
                         X509_verify_cert_error_string(verdict));
  } else if (socket_.ended) {
    error_ = Unavailable(peer_ +
                         ": tls: the peer closed the connection during the "
                         "handshake: perhaps it does not speak TLS");
  } else {
    error_ = Unavailable(peer_ + ": tls: " + TakeTlsErrors());
  }
  ERR_clear_error();
  return TlsOutcome::kEnd;
}

TlsOutcome TlsConnection::Handshake() {
  ERR_clear_error();
  const int result = SSL_do_handshake(tls_.get());
  if (result != 1) return Explain(result);
  established_ = true;
  return TlsOutcome::kDone;
}

TlsOutcome TlsConnection::Read(std::span<std::byte> to, size_t* bytes) {
  ERR_clear_error();
  *bytes = 0;
  while (*bytes < to.size()) {
    size_t got = 0;
    const int result = SSL_read_ex(tls_.get(), to.data() + *bytes, to.size() - *bytes, &got);
    if (result != 1) return Explain(result);
    *bytes += got;
  }
  return TlsOutcome::kDone;
}

TlsOutcome TlsConnection::Write(Bytes from, size_t* bytes) {
  ERR_clear_error();
  *bytes = 0;
  const int result =
      SSL_write_ex(tls_.get(), from.data(), std::min(from.size(), kMaxRecordBytes), bytes);
  return result == 1 ? TlsOutcome::kDone : Explain(result);
}

void TlsConnection::Shutdown() {
  ERR_clear_error();
  SSL_shutdown(tls_.get());
  ERR_clear_error();
}

std::string TlsConnection::PeerIdentity() const {
  if (SSL_get_verify_mode(tls_.get()) == SSL_VERIFY_NONE) return {};
  X509* certificate = SSL_get0_peer_certificate(tls_.get());
  if (certificate == nullptr || SSL_get_verify_result(tls_.get()) != X509_V_OK) return {};
  std::string name = CommonName(certificate);
  return name.empty() ? FirstDnsName(certificate) : name;
}

}  // namespace andon
