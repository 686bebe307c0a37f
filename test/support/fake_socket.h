// One end of a connection over a FakeWire.
#pragma once

#include <deque>
#include <memory>
#include <string>

#include "core/base/bytes.h"
#include "core/net/stream.h"
#include "test/support/fake_wire.h"

namespace andon {

// Shared by the stream that uses it and by what is under way to it.
class FakeSocket : public std::enable_shared_from_this<FakeSocket> {
 public:
  FakeSocket(FakeWire& wire, Loop& loop, std::string host, std::string peer);
  ~FakeSocket();
  FakeSocket(const FakeSocket&) = delete;
  FakeSocket& operator=(const FakeSocket&) = delete;
  static void Join(const std::shared_ptr<FakeSocket>& a, const std::shared_ptr<FakeSocket>& b);

  const std::string& host() const { return host_; }
  const std::string& peer() const { return peer_; }

  // What Stream promises.
  void OnReady(UniqueFunction<void(Interest)> ready) { ready_ = std::move(ready); }
  void SetInterest(Interest what);
  IoResult Read(std::span<std::byte> to);
  IoResult Write(std::span<const Bytes> from);
  void ShutdownWrite();
  // The stream was destroyed.
  void Close();

  // Resets the other end, and thereby this one.
  void CutOff();
  // Nothing gets to the other end any more.
  void Sever();
  // From here on nothing arrives, either way, until keepalives notice.
  void GoSilent();
  // Sends what waited while a host was unplugged.
  void SendWaiting();

 private:
  enum class Kind : uint8_t { kData, kEnd, kReset };
  struct Segment {
    MonotonicTime due;
    Kind kind;
    std::string data;
  };
  Interest Possible() const;
  void Poke();
  void Tell();
  void Send(Kind kind, std::string data);
  void Deliver();
  void Arrive(const Segment& segment);
  void Reset();
  size_t Room() const;

  FakeWire& wire_;
  Loop* loop_;  // Null once closed.
  const std::string host_;
  const std::string peer_;
  std::shared_ptr<FakeSocket> other_;  // Null once either end is gone for good.
  bool silent_ = false;

  std::deque<Segment> outbox_;  // Under way to the other end, by time.
  size_t outbox_bytes_ = 0;
  std::unique_ptr<Timer> delivery_;
  std::string inbox_;  // Has arrived and was not read.
  bool peer_ended_ = false;
  bool reset_ = false;
  bool write_ended_ = false;

  UniqueFunction<void(Interest)> ready_;
  Interest interest_ = Interest::kNone;
  bool told_ = false;  // A call of ready_ is posted.
};

// The Stream around it.
class FakeStream : public Stream {
 public:
  FakeStream(std::shared_ptr<FakeSocket> socket, std::string identity)
      : socket_(std::move(socket)), identity_(std::move(identity)) {}
  ~FakeStream() override { socket_->Close(); }
  FakeStream(const FakeStream&) = delete;
  FakeStream& operator=(const FakeStream&) = delete;

  void OnReady(UniqueFunction<void(Interest)> ready) override {
    socket_->OnReady(std::move(ready));
  }
  void SetInterest(Interest what) override { socket_->SetInterest(what); }
  IoResult Read(std::span<std::byte> to) override { return socket_->Read(to); }
  IoResult Write(std::span<const Bytes> from) override { return socket_->Write(from); }
  void ShutdownWrite() override { socket_->ShutdownWrite(); }
  const std::string& peer() const override { return socket_->peer(); }
  std::string peer_identity() const override { return identity_; }

 private:
  const std::shared_ptr<FakeSocket> socket_;
  const std::string identity_;
};

}  // namespace andon
