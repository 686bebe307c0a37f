// How an input learns that what it emitted is durable.
#pragma once

#include <cstdint>
#include <utility>

namespace andon {

class AckSink {
 public:
  enum class Outcome : uint8_t {
    kDurable,
    kDropped,  // Nobody will answer any more: the pipeline ends. The source must send again.
  };
  virtual void OnAck(uint64_t token, Outcome outcome) = 0;  // Thread: worker.

 protected:
  ~AckSink() = default;
};

// Move-only, 16 bytes, no heap. Answered once; destroyed unanswered it reports kDropped.
class Ack {
 public:
  Ack() = default;  // Nobody waits.
  Ack(AckSink* sink, uint64_t token) : sink_(sink), token_(token) {}
  Ack(Ack&& other) noexcept : sink_(std::exchange(other.sink_, nullptr)), token_(other.token_) {}
  Ack& operator=(Ack&& other) noexcept {
    if (this != &other) {
      Answer(AckSink::Outcome::kDropped);
      sink_ = std::exchange(other.sink_, nullptr);
      token_ = other.token_;
    }
    return *this;
  }
  Ack(const Ack&) = delete;
  Ack& operator=(const Ack&) = delete;
  ~Ack() { Answer(AckSink::Outcome::kDropped); }

  explicit operator bool() const { return sink_ != nullptr; }
  void Durable() { Answer(AckSink::Outcome::kDurable); }

 private:
  void Answer(AckSink::Outcome outcome) {
    if (AckSink* sink = std::exchange(sink_, nullptr)) sink->OnAck(token_, outcome);
  }
  AckSink* sink_ = nullptr;
  uint64_t token_ = 0;
};

}  // namespace andon
