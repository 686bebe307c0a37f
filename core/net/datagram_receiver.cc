#include "core/net/datagram_receiver.h"

#include <linux/sock_diag.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "core/base/check.h"
#include "core/base/log.h"

namespace andon {

namespace {

bool SameSender(const SocketAddress& a, const SocketAddress& b) {
  return a.length == b.length && std::memcmp(&a.storage, &b.storage, a.length) == 0;
}

// As much as is allowed: an administrator may go beyond net.core.rmem_max.
void SetReceiveBuffer(int fd, size_t bytes) {
  const int value = static_cast<int>(std::min<size_t>(bytes, size_t{1} << 30));
  if (::setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &value, sizeof value) == 0) return;
  (void)::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &value, sizeof value);
}

// How many datagrams the kernel has dropped since the socket was made, modulo 2^32.
uint32_t KernelDrops(int fd) {
  uint32_t memory[SK_MEMINFO_VARS] = {};
  socklen_t size = sizeof memory;
  if (::getsockopt(fd, SOL_SOCKET, SO_MEMINFO, memory, &size) != 0) return 0;
  return memory[SK_MEMINFO_DROPS];
}

}  // namespace

void DatagramArena::Free::operator()(std::byte* p) const { std::free(p); }

void DatagramArena::Prepare(size_t max_bytes) {
  if (tables_ == nullptr) tables_ = std::make_unique<Tables>();
  if (slot_bytes_ >= max_bytes) return;
  memory_.reset();
  memory_.reset(static_cast<std::byte*>(std::malloc(max_bytes * kBatch)));
  CHECK(memory_ != nullptr);
  slot_bytes_ = max_bytes;
}

DatagramArena::Batch DatagramArena::Receive(int fd, size_t max_bytes) {
  Prepare(max_bytes);
  for (size_t i = 0; i < kBatch; ++i) {
    tables_->pieces[i] = {memory_.get() + i * slot_bytes_, max_bytes};
    msghdr& header = tables_->messages[i].msg_hdr;
    header = {};
    header.msg_name = &tables_->senders[i].storage;
    header.msg_namelen = sizeof tables_->senders[i].storage;
    header.msg_iov = &tables_->pieces[i];
    header.msg_iovlen = 1;
  }
  const int count = ::recvmmsg(fd, tables_->messages.data(), kBatch, MSG_DONTWAIT, nullptr);
  if (count <= 0) return {{}, count < 0 ? errno : EAGAIN};
  for (size_t i = 0; i < static_cast<size_t>(count); ++i) {
    const mmsghdr& message = tables_->messages[i];
    tables_->senders[i].length = message.msg_hdr.msg_namelen;
    tables_->datagrams[i] = {{memory_.get() + i * slot_bytes_, message.msg_len},
                             PeerOf(i),
                             (message.msg_hdr.msg_flags & MSG_TRUNC) != 0};
  }
  return {{tables_->datagrams.data(), static_cast<size_t>(count)}, 0};
}

// Bursts mostly come from one sender: its text is made once.
std::string_view DatagramArena::PeerOf(size_t index) {
  const SocketAddress& sender = tables_->senders[index];
  if (sender.length == 0) return {};
  if (index > 0 && SameSender(sender, tables_->senders[index - 1])) {
    return tables_->datagrams[index - 1].peer;
  }
  return FormatPeer(sender, tables_->texts[index]);
}

DatagramReceiver::DatagramReceiver(std::shared_ptr<SharedSocket> socket,
                                   std::shared_ptr<DatagramArena> arena,
                                   const DatagramOptions& options, Received received)
    : socket_(std::move(socket)),
      arena_(std::move(arena)),
      max_bytes_(std::max<size_t>(options.max_datagram_bytes, 1)),
      received_(std::move(received)) {}

Result<std::unique_ptr<DatagramSocket>> DatagramReceiver::Make(Loop& loop,
                                                               std::shared_ptr<SharedSocket> socket,
                                                               std::shared_ptr<DatagramArena> arena,
                                                               const DatagramOptions& options,
                                                               Received received) {
  std::unique_ptr<DatagramReceiver> receiver(
      new DatagramReceiver(std::move(socket), std::move(arena), options, std::move(received)));
  ASSIGN_OR_RETURN(receiver->fd_, receiver->socket_->Duplicate());
  SetReceiveBuffer(receiver->fd_.get(), options.receive_buffer_bytes);
  DatagramReceiver* raw = receiver.get();
  ASSIGN_OR_RETURN(receiver->watch_, loop.WatchFd(raw->fd_.get(), Interest::kRead,
                                                  [raw](Interest) { raw->ReceiveBatch(); }));
  return std::unique_ptr<DatagramSocket>(std::move(receiver));
}

void DatagramReceiver::ReceiveBatch() {
  const DatagramArena::Batch batch = arena_->Receive(fd_.get(), max_bytes_);
  if (batch.datagrams.empty()) {
    // An answer to what was sent, such as "port unreachable", is reported here and then forgotten.
    if (batch.error != EAGAIN && batch.error != EINTR && batch.error != ECONNREFUSED) {
      LogWarn("net", "receiving datagrams failed",
              {{"address", address().ToString()},
               {"reason", ErrnoStatus("recvmmsg", batch.error).message()}});
    }
    return;
  }
  // Out here on the stack: `received` may destroy the socket.
  const std::shared_ptr<DatagramArena> arena = arena_;
  Received received = std::move(received_);
  const Life::Watch watch(life_);
  received(batch.datagrams);
  if (!watch.ended()) received_ = std::move(received);
}

uint64_t DatagramReceiver::TakeDrops() {
  const uint32_t now = KernelDrops(fd_.get());
  return static_cast<uint32_t>(now - socket_->reported_drops().exchange(now));
}

Status DatagramReceiver::SendTo(Bytes bytes, const Address& to) {
  const std::string subject = "send to " + to.ToString();
  const auto target = NumericAddress(to);
  if (!target.has_value()) return InvalidConfig(subject + ": the host must be a number");
  const ssize_t sent = ::sendto(fd_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL,
                                target->get(), target->length);
  return sent < 0 ? ErrnoStatus(subject, errno) : OkStatus();
}

}  // namespace andon
