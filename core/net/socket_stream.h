// A stream over a connected socket, TCP or unix.
#pragma once

#include <memory>
#include <string>

#include "core/net/life.h"
#include "core/net/stream.h"
#include "core/net/unique_fd.h"

namespace andon {

// For TCP: TCP_NODELAY, and SO_KEEPALIVE that finds a dead peer within two minutes.
void TuneConnection(int fd, bool keepalive);

class SocketStream : public Stream {
 public:
  // `fd` is connected and non-blocking.
  static Result<std::unique_ptr<Stream>> Make(Loop& loop, UniqueFd fd, std::string peer);

  void OnReady(UniqueFunction<void(Interest)> ready) override { ready_ = std::move(ready); }
  void SetInterest(Interest what) override { watch_->Set(what); }
  IoResult Read(std::span<std::byte> to) override;
  IoResult Write(std::span<const Bytes> from) override;
  void ShutdownWrite() override;
  const std::string& peer() const override { return peer_; }
  int fd() const override { return fd_.get(); }

 private:
  SocketStream(UniqueFd fd, std::string peer) : fd_(std::move(fd)), peer_(std::move(peer)) {}
  void Ready(Interest what);

  const UniqueFd fd_;
  const std::string peer_;
  UniqueFunction<void(Interest)> ready_;
  Life life_;
  std::unique_ptr<Watch> watch_;  // Goes before fd_ does.
};

// What Read and Write of a socket make of errno: kAgain, or kEnd with why.
IoResult FailedIo(const std::string& peer, int error);

}  // namespace andon
