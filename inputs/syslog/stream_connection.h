// One sender on a stream: reads, tells messages apart, and keeps the unfinished one.
#pragma once

#include <memory>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/time.h"
#include "core/net/stream.h"
#include "inputs/syslog/message_sink.h"
#include "inputs/syslog/syslog_framer.h"

namespace andon::syslog {

class StreamConnection;

// What connections need of the input.
class ConnectionOwner {
 public:
  virtual MonotonicTime Now() const = 0;
  virtual MessageSink& sink() = 0;
  virtual void Flush() = 0;  // Emits what the sink has.
  // Where reads go, for the time of one read: bytes that are unfinished are copied out of it.
  virtual std::span<std::byte> scratch() = 0;
  virtual bool MayRead(const StreamConnection& connection) const = 0;
  // How many bytes the connection keeps has changed.
  virtual void PartialChanged(size_t before, size_t after) = 0;
  // It is of no use any more; the reason is a literal.
  virtual void Broken(const StreamConnection& connection, const char* reason) = 0;
  // Destroys the connection.
  virtual void Closed(StreamConnection& connection) = 0;

 protected:
  ~ConnectionOwner() = default;
};

// Thread: worker.
class StreamConnection {
 public:
  StreamConnection(std::unique_ptr<Stream> stream, const SyslogInputConfig& config,
                   ConnectionOwner& owner);
  ~StreamConnection();

  void Start();
  // Asks for reads if the owner lets it.
  void UpdateInterest();
  // Reads once, without waiting to be told that something is there. May destroy this.
  void ReadNow() { Ready(); }
  // Reads what is there, as much as a limit lets it, and gives the sink all of it: what is
  // unfinished as an error event with the reason. The caller flushes.
  void Finish(const char* reason);
  // The same without reading.
  void GiveUp(const char* reason);

  std::string_view peer() const { return stream_->peer(); }
  size_t partial_bytes() const { return partial_.size(); }
  MonotonicTime partial_since() const { return partial_since_; }
  MonotonicTime last_read() const { return last_read_; }

 private:
  enum class State : uint8_t { kOpen, kIdle, kEnded };  // kIdle: nothing to read now.
  void Ready();
  State ReadOnce();
  void Take(std::string_view data, bool in_partial);
  bool TakeFrames(std::string_view& data);
  void Keep(std::string_view rest, bool in_partial);
  void TakeLast(const char* reason);

  std::unique_ptr<Stream> stream_;
  ConnectionOwner& owner_;
  SyslogFramer framer_;
  ByteBuffer partial_;  // The message whose end has not come.
  MonotonicTime partial_since_{};
  MonotonicTime last_read_{};
  bool looked_at_first_ = false;  // At the first bytes: they are not another protocol's.
  bool broken_ = false;
};

}  // namespace andon::syslog
