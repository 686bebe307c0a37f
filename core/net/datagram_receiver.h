// Datagram sockets, UDP or unix, read with recvmmsg.
#pragma once

#include <sys/socket.h>

#include <array>
#include <memory>
#include <vector>

#include "core/net/life.h"
#include "core/net/socket_address.h"
#include "core/net/socket_keeper.h"
#include "core/net/stream.h"
#include "core/net/unique_fd.h"

namespace andon {

// Where datagrams arrive. One serves all sockets of a loop, since what is received is borrowed for
// the call only. The kernel touches of it what it fills: small datagrams cost a page each.
class DatagramArena {
 public:
  static constexpr size_t kBatch = 64;

  struct Batch {
    std::span<const Datagram> datagrams;
    int error = 0;  // errno, when there are none.
  };
  // Up to kBatch datagrams of up to `max_bytes`. Valid until the next call.
  Batch Receive(int fd, size_t max_bytes);

 private:
  void Prepare(size_t max_bytes);
  std::string_view PeerOf(size_t index);

  struct Free {
    void operator()(std::byte* p) const;
  };
  size_t slot_bytes_ = 0;
  std::unique_ptr<std::byte[], Free> memory_;
  struct Tables {
    std::array<mmsghdr, kBatch> messages;
    std::array<iovec, kBatch> pieces;
    std::array<SocketAddress, kBatch> senders;
    std::array<PeerText, kBatch> texts;
    std::array<Datagram, kBatch> datagrams;
  };
  std::unique_ptr<Tables> tables_;
};

class DatagramReceiver : public DatagramSocket {
 public:
  using Received = UniqueFunction<void(std::span<const Datagram>)>;
  static Result<std::unique_ptr<DatagramSocket>> Make(Loop& loop,
                                                      std::shared_ptr<SharedSocket> socket,
                                                      std::shared_ptr<DatagramArena> arena,
                                                      const DatagramOptions& options,
                                                      Received received);

  const Address& address() const override { return socket_->address(); }
  void Pause() override { watch_->Set(Interest::kNone); }
  void Resume() override { watch_->Set(Interest::kRead); }
  uint64_t TakeDrops() override;
  Status SendTo(Bytes bytes, const Address& to) override;

 private:
  DatagramReceiver(std::shared_ptr<SharedSocket> socket, std::shared_ptr<DatagramArena> arena,
                   const DatagramOptions& options, Received received);
  void ReceiveBatch();

  const std::shared_ptr<SharedSocket> socket_;
  const std::shared_ptr<DatagramArena> arena_;
  const size_t max_bytes_;
  Received received_;
  UniqueFd fd_;
  Life life_;
  std::unique_ptr<Watch> watch_;
};

}  // namespace andon
