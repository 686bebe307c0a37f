// One curl easy handle with what it sends and gets. Used for one request after the other.
#pragma once

#include <curl/curl.h>

#include <string>

#include "core/base/unique_function.h"
#include "core/http/client.h"

namespace andon::http {

// Stays where it is: curl keeps pointers to it.
class Transfer {
 public:
  explicit Transfer(const ClientOptions& options);
  ~Transfer();
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  CURL* handle() const { return handle_; }
  static Transfer& Of(CURL* handle);

  void Begin(Request request, UniqueFunction<void(Response)> done);
  // What `code` (curl's) made of it, and who wants to know.
  Response TakeResponse(CURLcode code);
  UniqueFunction<void(Response)> TakeDone() { return std::move(done_); }

 private:
  static size_t OnRead(char* to, size_t size, size_t count, void* self);
  static int OnSeek(void* self, curl_off_t offset, int origin);
  static size_t OnWrite(char* from, size_t size, size_t count, void* self);
  static CURLcode OnTlsContext(CURL* handle, void* context, void* self);
  void SetTls();
  void SetHeaders();

  const ClientOptions& options_;
  CURL* const handle_;
  Request request_;
  UniqueFunction<void(Response)> done_;
  size_t sent_ = 0;  // Of the body.
  Response response_;
  bool too_long_ = false;
  curl_slist* headers_ = nullptr;
  char error_[CURL_ERROR_SIZE] = {};
};

}  // namespace andon::http
