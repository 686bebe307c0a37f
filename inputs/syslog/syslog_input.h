// inputs/syslog: takes syslog messages from the network and from local sockets.
//
//   inputs:
//     - type: syslog
//       listen: ["udp://0.0.0.0:5140", "tcp://0.0.0.0:5140", "unixgram:///run/andon/log"]
//       tag: "log.syslog.${facility}"
//
// The protocol knows no acknowledgement: a message is durable after the journal's next commit.
// What the kernel dropped in front of us is counted in the ledger, cause "kernel".
#pragma once

#include <list>
#include <memory>
#include <vector>

#include "core/net/progress_watch.h"
#include "core/plugin/input.h"
#include "inputs/syslog/message_sink.h"
#include "inputs/syslog/stream_connection.h"
#include "inputs/syslog/syslog_config.h"

namespace andon::syslog {

// Thread: worker. Each worker has sockets of its own (SO_REUSEPORT); a unix socket is the first's.
class SyslogInput : public Input, private ConnectionOwner {
 public:
  using Config = SyslogInputConfig;
  explicit SyslogInput(const Config& config) : config_(config) {}
  ~SyslogInput() override;

  Status Prepare(InputContext& context) override;
  void Start(Emitter& emitter) override;
  void Pause() override;
  void Resume() override;
  void Stop(UniqueFunction<void()> done) override;

 private:
  Status ListenOn(const Address& address);
  Status BindTo(const Address& address);
  void Accept(std::unique_ptr<Stream> stream);
  void Receive(DatagramSocket& socket, std::span<const Datagram> datagrams);
  void Take(const Datagram& datagram);
  void CountDrops(DatagramSocket& socket);
  void CountConnections();
  void UpdateAll();

  // When memory is used up, of those inside a message only the one that is there for longest is
  // read.
  void ChooseOldest();
  bool IsStalled();
  void AskOldest();
  // Silent connections, and one that holds the memory and does not go on.
  void Tend();
  void TendLater();

  MonotonicTime Now() const override;
  MessageSink& sink() override { return *sink_; }
  void Flush() override {
    if (emitter_ != nullptr) sink_->Flush(*emitter_);
  }
  std::span<std::byte> scratch() override;
  bool MayRead(const StreamConnection& connection) const override;
  void PartialChanged(size_t before, size_t after) override;
  void Broken(const StreamConnection& connection, const char* reason) override;
  void Closed(StreamConnection& connection) override;
  void CutOff(StreamConnection& connection, const char* reason);

  const Config config_;
  InputContext* context_ = nullptr;
  Emitter* emitter_ = nullptr;
  std::unique_ptr<MessageSink> sink_;
  Gauge* connections_gauge_ = nullptr;
  Counter* refused_connections_ = nullptr;
  Counter* broken_connections_ = nullptr;
  Counter* cut_off_connections_ = nullptr;

  bool paused_ = true;
  bool stopped_ = false;
  ByteBuffer scratch_;
  size_t partial_bytes_ = 0;
  StreamConnection* oldest_ = nullptr;  // While memory is used up.
  ProgressWatch watch_;                 // Of it.
  MonotonicTime enough_since_{};        // When memory was used up last, and then was not.
  std::list<std::unique_ptr<StreamConnection>> connections_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  std::vector<std::unique_ptr<DatagramSocket>> sockets_;
  std::unique_ptr<Timer> tend_;
};

}  // namespace andon::syslog
