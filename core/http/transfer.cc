#include "core/http/transfer.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "core/base/check.h"
#include "core/http/fingerprint.h"

namespace andon::http {
namespace {

constexpr long kUploadBytes = 128L << 10;  // What one send(2) is given: still in the cache then.
constexpr long kReceiveBytes = 64L << 10;  // For one recv(2): an answer has a line for each event.

long Milliseconds(Duration duration) {
  return static_cast<long>(std::chrono::ceil<std::chrono::milliseconds>(duration).count());
}

template <class T>
void Set(CURL* handle, CURLoption option, T value) {
  CHECK(curl_easy_setopt(handle, option, value) == CURLE_OK);
}

const char* OrNull(const std::string& text) { return text.empty() ? nullptr : text.c_str(); }

}  // namespace

Transfer::Transfer(const ClientOptions& options) : options_(options), handle_(curl_easy_init()) {
  CHECK(handle_ != nullptr);
  Set(handle_, CURLOPT_PRIVATE, this);
  Set(handle_, CURLOPT_NOSIGNAL, 1L);
  Set(handle_, CURLOPT_PROTOCOLS_STR, "http,https");
  Set(handle_, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  Set(handle_, CURLOPT_PROXY, options.proxy.c_str());
  Set(handle_, CURLOPT_TCP_KEEPALIVE, 1L);
  Set(handle_, CURLOPT_CONNECTTIMEOUT_MS, Milliseconds(options.connect_timeout));
  Set(handle_, CURLOPT_TIMEOUT_MS, Milliseconds(options.timeout));
  Set(handle_, CURLOPT_UPLOAD_BUFFERSIZE, kUploadBytes);
  Set(handle_, CURLOPT_BUFFERSIZE, kReceiveBytes);
  Set(handle_, CURLOPT_ERRORBUFFER, error_);
  Set(handle_, CURLOPT_READFUNCTION, &OnRead);
  Set(handle_, CURLOPT_READDATA, this);
  // curl would repeat a request on its own when a kept connection breaks: not when it cannot go
  // back to the body's begin.
  Set(handle_, CURLOPT_SEEKFUNCTION, &OnSeek);
  Set(handle_, CURLOPT_SEEKDATA, this);
  Set(handle_, CURLOPT_WRITEFUNCTION, &OnWrite);
  Set(handle_, CURLOPT_WRITEDATA, this);
  // Not asked for, see SetHeaders, but understood: some proxies pack whatever they pass on.
  Set(handle_, CURLOPT_ACCEPT_ENCODING, "gzip");
  SetTls();
}

Transfer::~Transfer() {
  curl_easy_cleanup(handle_);
  curl_slist_free_all(headers_);
}

Transfer& Transfer::Of(CURL* handle) {
  char* self = nullptr;
  curl_easy_getinfo(handle, CURLINFO_PRIVATE, &self);
  return *reinterpret_cast<Transfer*>(self);
}

void Transfer::SetTls() {
  const TlsOptions& tls = options_.tls;
  Set(handle_, CURLOPT_SSL_VERIFYPEER, tls.verify ? 1L : 0L);
  Set(handle_, CURLOPT_SSL_VERIFYHOST, tls.verify && tls.verify_hostname ? 2L : 0L);
  if (!tls.ca.empty()) {
    Set(handle_, CURLOPT_CAINFO, tls.ca.c_str());
    Set(handle_, CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  }
  Set(handle_, CURLOPT_SSLCERT, OrNull(tls.certificate));
  Set(handle_, CURLOPT_SSLKEY, OrNull(tls.key));
  if (tls.fingerprint.empty() || !tls.verify) return;
  Set(handle_, CURLOPT_CAINFO, static_cast<const char*>(nullptr));
  Set(handle_, CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  Set(handle_, CURLOPT_SSL_CTX_FUNCTION, &OnTlsContext);
  Set(handle_, CURLOPT_SSL_CTX_DATA, this);
}

CURLcode Transfer::OnTlsContext(CURL* /*handle*/, void* context, void* self) {
  TrustFingerprint(context, &static_cast<Transfer*>(self)->options_.tls.fingerprint);
  return CURLE_OK;
}

void Transfer::SetHeaders() {
  curl_slist_free_all(std::exchange(headers_, nullptr));
  // Without a wait for 100 Continue before a long body.
  headers_ = curl_slist_append(headers_, "Expect:");
  headers_ = curl_slist_append(headers_, "Accept-Encoding: identity");
  // Without the type that curl makes up.
  if (request_.body.empty()) headers_ = curl_slist_append(headers_, "Content-Type:");
  for (const std::string& header : request_.headers) {
    headers_ = curl_slist_append(headers_, header.c_str());
  }
  Set(handle_, CURLOPT_HTTPHEADER, headers_);
}

void Transfer::Begin(Request request, UniqueFunction<void(Response)> done) {
  request_ = std::move(request);
  done_ = std::move(done);
  sent_ = 0;
  response_ = {};
  too_long_ = false;
  error_[0] = '\0';
  Set(handle_, CURLOPT_URL, request_.url.c_str());
  SetHeaders();
  const bool head = request_.method == "HEAD";
  const bool has_body =
      !request_.body.empty() || request_.method == "POST" || request_.method == "PUT";
  if (!has_body) {
    Set(handle_, CURLOPT_HTTPGET, 1L);
    Set(handle_, CURLOPT_NOBODY, head ? 1L : 0L);
  } else {
    Set(handle_, CURLOPT_NOBODY, 0L);
    Set(handle_, CURLOPT_POST, 1L);
    Set(handle_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
  }
  Set(handle_, CURLOPT_CUSTOMREQUEST, head ? nullptr : request_.method.c_str());
}

size_t Transfer::OnRead(char* to, size_t size, size_t count, void* self) {
  Transfer& transfer = *static_cast<Transfer*>(self);
  const Bytes left = transfer.request_.body.subspan(transfer.sent_);  // Empty: it may be gone.
  const size_t taken = std::min(left.size(), size * count);
  if (taken > 0) std::memcpy(to, left.data(), taken);
  transfer.sent_ += taken;
  if (taken > 0 && taken == left.size() && transfer.request_.taken) transfer.request_.taken();
  return taken;
}

int Transfer::OnSeek(void* self, curl_off_t offset, int origin) {
  const Transfer& transfer = *static_cast<Transfer*>(self);
  const bool nothing_sent = transfer.sent_ == 0 && offset == 0 && origin == SEEK_SET;
  return nothing_sent ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL;
}

size_t Transfer::OnWrite(char* from, size_t size, size_t count, void* self) {
  Transfer& transfer = *static_cast<Transfer*>(self);
  const size_t bytes = size * count;
  ByteBuffer& body = transfer.response_.body;
  if (body.size() + bytes > transfer.options_.max_answer_bytes) {
    transfer.too_long_ = true;
    return 0;
  }
  body.Append(std::string_view(from, bytes));
  return bytes;
}

Response Transfer::TakeResponse(CURLcode code) {
  long http_code = 0;
  curl_easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &http_code);
  long request_bytes = 0;
  curl_easy_getinfo(handle_, CURLINFO_REQUEST_SIZE, &request_bytes);
  char* type = nullptr;
  curl_easy_getinfo(handle_, CURLINFO_CONTENT_TYPE, &type);
  response_.code = static_cast<int>(http_code);
  response_.reached = request_bytes > 0 || sent_ > 0;
  response_.content_type = type == nullptr ? "" : type;
  if (too_long_) {
    response_.status = Unavailable("the answer is longer than " +
                                   std::to_string(options_.max_answer_bytes) + " bytes");
  } else if (code != CURLE_OK) {
    std::string why = error_[0] != '\0' ? error_ : curl_easy_strerror(code);
    why[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(why[0])));
    response_.status = Unavailable(std::move(why));
  }
  request_ = {};
  return std::exchange(response_, {});
}

}  // namespace andon::http
