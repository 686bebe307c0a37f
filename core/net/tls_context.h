// What a listener's or a client's TLS connections have in common: certificates, checks, versions.
#pragma once

#include <openssl/types.h>

#include <memory>
#include <string>
#include <vector>

#include "core/base/status.h"
#include "core/base/time.h"
#include "core/net/stream.h"

namespace andon {

struct FreeTls {
  void operator()(SSL_CTX* context) const;
  void operator()(SSL* connection) const;
};
using TlsContextPointer = std::unique_ptr<SSL_CTX, FreeTls>;
using TlsPointer = std::unique_ptr<SSL, FreeTls>;

enum class TlsSide : uint8_t { kServer, kClient };

// Reads the files. The error names the file and says what is the matter with it.
Result<TlsContextPointer> MakeTlsContext(const TlsOptions& options, TlsSide side);

// What is in OpenSSL's error queue of this thread, which is empty afterwards.
std::string TakeTlsErrors();

// Reads the files again when they have changed, so that a renewed certificate is used without a
// reload. A change that cannot be read is logged, and the old one stays in use. Thread: one loop's.
class TlsContext {
 public:
  static Result<std::unique_ptr<TlsContext>> Make(const TlsOptions& options, TlsSide side);

  // `now` spaces out the looks at the files. The connection keeps its context alive.
  TlsPointer NewConnection(MonotonicTime now);
  const TlsOptions& options() const { return options_; }

 private:
  struct FileState {
    int64_t modified_ns = 0;
    uint64_t inode = 0;
    int64_t size_bytes = 0;
    bool operator==(const FileState&) const = default;
  };
  TlsContext(TlsOptions options, TlsSide side) : options_(std::move(options)), side_(side) {}
  std::vector<FileState> Look() const;

  const TlsOptions options_;
  const TlsSide side_;
  TlsContextPointer context_;
  std::vector<FileState> files_;
  MonotonicTime next_look_{};
};

}  // namespace andon
