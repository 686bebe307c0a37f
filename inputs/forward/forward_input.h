// inputs/forward: takes events over the Forward protocol v1, from andon, fluentd, fluent-bit and
// the fluent-logger libraries, and acknowledges what is durable.
//
//   inputs:
//     - type: forward
//       listen: tcp://0.0.0.0:24224
//       tls: {certificate: /etc/andon/server.pem, key: /etc/andon/server.key}
//       security: {shared_key: "${file:/etc/andon/key}"}
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/plugin/input.h"
#include "inputs/forward/connection.h"
#include "inputs/forward/forward_input_config.h"

namespace andon::forward {

// Thread: worker.
class ForwardInput final : public Input {
 public:
  using Config = ForwardInputConfig;
  explicit ForwardInput(Config config);
  ~ForwardInput() override;

  Status Prepare(InputContext& context) override;
  void Start(Emitter& emitter) override;
  void Pause() override;
  void Resume() override;
  void Stop(UniqueFunction<void()> done) override;
  void OnAck(uint64_t token, Outcome outcome) override;

 private:
  // Where nobody waits for an answer.
  struct Nobody final : Replier {
    Ack AckFor(ByteBuffer) override { return {}; }
  };
  // What exists from Prepare on.
  struct Running;

  Status Listen(InputContext& context);
  Status ListenOn(const Address& address, InputContext& context);
  Status AnswerHeartbeats(const Address& address, InputContext& context);
  void Accept(std::unique_ptr<Stream> stream);
  void Closed(Connection& connection);
  void FlushSoon(Connection& connection);
  void FlushReplies();
  void CountConnections();
  void Tend();
  void TendWithin(Duration wait);

  Config config_;
  Authenticator authenticator_;
  Nobody nobody_;
  std::unique_ptr<Running> running_;
};

}  // namespace andon::forward
