// The connection to one server: makes it, shakes hands, writes messages one behind the other
// without waiting, matches acknowledgements in any order, and knows when it is worth another try.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/base/random.h"
#include "core/forward/client_handshake.h"
#include "core/forward/value_scanner.h"
#include "core/loop/loop.h"
#include "core/net/stream.h"
#include "outputs/forward/forward_output_config.h"
#include "outputs/forward/out_message.h"

namespace andon::forward {

// Thread: output.
class ServerLink {
 public:
  // Called from inside the link's own callbacks, and from Send and Connect never.
  class Owner {
   public:
    virtual void OnReady(ServerLink& link) = 0;
    // Acknowledged; or, where no answer is asked for, written.
    virtual void OnDelivered(ServerLink& link, std::unique_ptr<OutMessage> message) = 0;
    // The server has said for the first time, or differently, whether it stores repeats.
    virtual void OnOnceKnown(ServerLink& link) = 0;
    // The connection is gone, or was not made: these were not acknowledged. Empty `why`: it was
    // closed because it was idle.
    virtual void OnLost(ServerLink& link, const Status& why,
                        std::vector<std::unique_ptr<OutMessage>> unfinished) = 0;

   protected:
    ~Owner() = default;
  };
  struct Parts {
    std::string id;  // The output's, for the log.
    Loop& loop;
    Network& network;
    Random& random;
    Owner& owner;
  };

  ServerLink(const ServerConfig& server, const ForwardOutputConfig& config, Parts parts);
  ~ServerLink();
  ServerLink(const ServerLink&) = delete;
  ServerLink& operator=(const ServerLink&) = delete;

  const std::string& name() const { return server_.name; }
  bool ready() const { return state_ == State::kReady; }
  bool connecting() const { return state_ == State::kConnecting || state_ == State::kHandshake; }
  bool down() const { return state_ == State::kDown; }
  // When it is down: not to be tried before.
  MonotonicTime retry_at() const { return retry_at_; }
  // It was lost, or not reached, and has delivered nothing since.
  bool failing() const { return failures_ > 0; }
  // The same, and it has not been up for long since.
  bool on_probation() const;
  // Whether it stores a repeat only once: empty while it has not said.
  std::optional<bool> once() const { return once_; }
  void set_once(std::optional<bool> once) { once_ = once; }
  // Where it is, while it is ready: "192.0.2.1:24224".
  const std::string& peer() const { return stream_->peer(); }
  size_t unanswered() const { return queue_.size() + awaiting_.size(); }

  void Connect();
  // Not when it is down. Written at once when it is ready, else when it becomes so.
  void Send(std::unique_ptr<OutMessage> message);
  // The server is believed to be dead.
  void GiveUp(const Status& why);
  // Closes without a word, when nothing is under way.
  void CloseIdle();

 private:
  enum class State : uint8_t { kDown, kConnecting, kHandshake, kReady };
  void OnConnected(Result<std::unique_ptr<Stream>> result);
  void OnStreamReady(Interest what);
  void BecomeReady();
  void GatherPieces();
  void Write();
  void Advance(size_t bytes);
  void Read();
  Status Consume();
  Status TakeValue(ValueView value);
  Status TakeAck(ValueView value);
  void Lose(const Status& why);
  void UpdateInterest();
  // Times out what stands still.
  void Watch();
  void OnDeadline();
  std::optional<MonotonicTime> Deadline() const;
  void WatchIdle();
  void LearnOnce(const std::optional<Capability>& capability);

  const ServerConfig& server_;
  const ForwardOutputConfig& config_;
  Parts parts_;
  State state_ = State::kDown;
  std::unique_ptr<Connecting> connecting_;
  std::unique_ptr<Stream> stream_;
  std::unique_ptr<ClientHandshake> handshake_;
  Interest interest_ = Interest::kNone;
  std::deque<std::unique_ptr<OutMessage>> queue_;  // To be written; the first maybe in part.
  ByteBuffer greeting_;                            // PING, written before the queue.
  // Written, in that order; and where each is.
  std::map<uint64_t, std::unique_ptr<OutMessage>> awaiting_;
  std::unordered_map<std::string, uint64_t> awaiting_by_id_;
  uint64_t written_messages_ = 0;
  bool used_ = false;  // Since the connection was made.
  ByteBuffer received_;
  ValueScanner scanner_;
  size_t scanned_ = 0;
  std::vector<Bytes> pieces_;

  int failures_ = 0;  // Since the last acknowledgement.
  MonotonicTime retry_at_{};
  MonotonicTime ready_since_{};
  MonotonicTime progress_at_{};  // Of writing, or of the handshake.
  std::unique_ptr<Timer> deadline_timer_;
  std::unique_ptr<Timer> idle_timer_;
  std::optional<bool> once_;
};

}  // namespace andon::forward
