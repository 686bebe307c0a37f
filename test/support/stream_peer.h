// A test's end of a stream: reads all that comes, and writes what it is given as fast as it can.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "core/net/stream.h"

namespace andon {

class StreamPeer {
 public:
  void Use(std::unique_ptr<Stream> stream) {
    stream_ = std::move(stream);
    ended = false;
    error = OkStatus();
    stream_->OnReady([this](Interest what) { Ready(what); });
    SetInterest();
  }
  void Send(const std::string& text) {
    to_send += text;
    if (stream_ != nullptr) SetInterest();
  }
  void PauseReading(bool paused) {
    reading_paused_ = paused;
    if (stream_ != nullptr) SetInterest();
  }
  void Close() { stream_.reset(); }
  bool connected() const { return stream_ != nullptr; }
  Stream& stream() const { return *stream_; }

  std::string to_send;
  std::string got;
  bool ended = false;
  Status error;
  size_t read_bytes = 1000;  // Of each read.
  uint64_t calls = 0;        // Of ready.

 private:
  void Ready(Interest what) {
    ++calls;
    if (Has(what, Interest::kWrite)) Write();
    if (Has(what, Interest::kRead)) Read();
    SetInterest();
  }
  void Write() {
    const Bytes piece = AsBytes(to_send);
    const IoResult put = stream_->Write({&piece, 1});
    to_send.erase(0, put.bytes);
    if (put.outcome == IoResult::Outcome::kEnd) to_send.clear();
  }
  void Read() {
    buffer_.resize(read_bytes);
    const std::span<std::byte> to = std::as_writable_bytes(std::span(buffer_));
    const IoResult read = stream_->Read(to);
    got.append(buffer_, 0, read.bytes);
    if (read.outcome != IoResult::Outcome::kEnd) return;
    ended = true;
    error = read.error;
  }
  void SetInterest() {
    const bool reads = !ended && !reading_paused_;
    stream_->SetInterest(static_cast<Interest>((reads ? 1 : 0) | (to_send.empty() ? 0 : 2)));
  }

  std::unique_ptr<Stream> stream_;
  std::string buffer_;
  bool reading_paused_ = false;
};

}  // namespace andon
