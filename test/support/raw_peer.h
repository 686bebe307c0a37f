// The other end of a connection, byte by byte, as a test wants it.
//
//   RawPeer client(network, address);
//   client.Send("bytes");
//   world.RunUntilIdle();
//   EXPECT_EQ(client.received(), "answer");
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/net/stream.h"

namespace andon {

class RawPeer {
 public:
  // Connects. What is sent before is kept.
  RawPeer(Network& network, const Address& address) {
    ConnectOptions options;
    options.address = address;
    connecting_ = network.Connect(options, [this](Result<std::unique_ptr<Stream>> stream) {
      if (!stream.ok()) {
        failed_ = true;
        return;
      }
      Take(*std::move(stream));
    });
  }
  // What a listener accepted.
  explicit RawPeer(std::unique_ptr<Stream> stream) { Take(std::move(stream)); }
  RawPeer(const RawPeer&) = delete;
  RawPeer& operator=(const RawPeer&) = delete;

  void Send(std::string_view bytes) {
    to_send_ += bytes;
    Write();
  }
  void Send(Bytes bytes) { Send(AsText(bytes)); }
  // After everything that was sent.
  void ShutdownWrite() {
    shut_down_ = true;
    Write();
  }
  void Close() { stream_.reset(); }
  // Reads nothing from now on.
  void StopReading() {
    reads_ = false;
    UpdateInterest();
  }

  const std::string& received() const { return received_; }
  std::string TakeReceived() { return std::exchange(received_, {}); }
  bool connected() const { return stream_ != nullptr && !ended_; }
  bool ended() const { return ended_; }    // The other end has closed.
  bool failed() const { return failed_; }  // The connection was never made.
  size_t unsent() const { return to_send_.size(); }

 private:
  void Take(std::unique_ptr<Stream> stream) {
    stream_ = std::move(stream);
    stream_->OnReady([this](Interest what) {
      if (Has(what, Interest::kRead)) Read();
      if (stream_ != nullptr && Has(what, Interest::kWrite)) Write();
    });
    Write();
  }
  void Read() {
    std::byte bytes[65536];
    const IoResult io = stream_->Read(bytes);
    if (io.outcome == IoResult::Outcome::kDone) {
      received_ += AsText(Bytes(bytes, io.bytes));
    } else if (io.outcome == IoResult::Outcome::kEnd) {
      ended_ = true;
      UpdateInterest();
    }
  }
  void Write() {
    while (stream_ != nullptr && !to_send_.empty()) {
      const Bytes piece = AsBytes(to_send_);
      const IoResult io = stream_->Write({&piece, 1});
      if (io.outcome == IoResult::Outcome::kEnd) {
        ended_ = true;
        to_send_.clear();
      }
      if (io.outcome != IoResult::Outcome::kDone) break;
      to_send_.erase(0, io.bytes);
    }
    if (stream_ == nullptr) return;
    if (shut_down_ && to_send_.empty()) {
      stream_->ShutdownWrite();
      shut_down_ = false;
    }
    UpdateInterest();
  }
  void UpdateInterest() {
    if (stream_ == nullptr) return;
    const int read = reads_ && !ended_ ? 1 : 0;
    stream_->SetInterest(static_cast<Interest>(read | (to_send_.empty() ? 0 : 2)));
  }

  std::unique_ptr<Connecting> connecting_;
  std::unique_ptr<Stream> stream_;
  std::string to_send_;
  std::string received_;
  bool reads_ = true;
  bool shut_down_ = false;
  bool ended_ = false;
  bool failed_ = false;
};

// Accepts whoever connects.
class RawServer {
 public:
  RawServer(Network& network, const Address& address) {
    ListenOptions options;
    options.address = address;
    auto listener = network.Listen(options, [this](std::unique_ptr<Stream> stream) {
      peers_.push_back(std::make_unique<RawPeer>(std::move(stream)));
    });
    if (listener.ok()) listener_ = *std::move(listener);
  }
  bool listening() const { return listener_ != nullptr; }
  const Address& address() const { return listener_->address(); }
  void StopListening() { listener_.reset(); }
  size_t connections() const { return peers_.size(); }
  RawPeer& peer(size_t index) { return *peers_.at(index); }
  RawPeer& last() { return *peers_.at(peers_.size() - 1); }

 private:
  std::unique_ptr<Listener> listener_;
  std::vector<std::unique_ptr<RawPeer>> peers_;
};

}  // namespace andon
