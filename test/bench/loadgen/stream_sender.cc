#include "test/bench/loadgen/stream_sender.h"

#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <vector>

namespace andon::loadgen {
namespace {

// In memory, for sendfile: a sender that copies nothing leaves the processors to who is measured.
int MakeFile(const std::string& bytes) {
  const int fd = memfd_create("payload", MFD_CLOEXEC);
  if (fd < 0) Die("memfd_create");
  for (size_t at = 0; at < bytes.size();) {
    const ssize_t wrote = write(fd, bytes.data() + at, bytes.size() - at);
    if (wrote <= 0) Die("write");
    at += static_cast<size_t>(wrote);
  }
  return fd;
}

// A smaller payload is copied in less time than the calls around it take.
constexpr size_t kWorthCorking = size_t{64} << 10;

class Sender {
 public:
  Sender(const SendPlan& plan, const Payload& payload)
      : plan_(plan), payload_(payload), file_(MakeFile(payload.bytes)) {
    const auto connections = static_cast<uint64_t>(plan.connections);
    const uint64_t all = (plan.events + payload.events - 1) / payload.events;
    for (uint64_t n = 0; n < connections; ++n) {
      Connection connection;
      connection.left = all / connections + (n < all % connections ? 1 : 0);
      connection.fd = Connect(plan.to);
      connection.next_id = n << 32;
      Watch(epoll_, connection.fd, EPOLLIN | EPOLLOUT, n);
      connections_.push_back(std::move(connection));
      if (connections_.back().left > 0) ++busy_;
    }
  }

  Sent Run() {
    std::array<epoll_event, 256> ready{};
    while (busy_ > 0) {
      const int count = epoll_wait(epoll_, ready.data(), static_cast<int>(ready.size()), -1);
      if (count < 0 && errno != EINTR) Die("epoll_wait");
      for (int i = 0; i < count; ++i) {
        const epoll_event& event = ready[static_cast<size_t>(i)];
        Serve(connections_[event.data.u64], event);
      }
    }
    for (const Connection& connection : connections_) close(connection.fd);
    close(epoll_);
    close(file_);
    return sent_;
  }

 private:
  struct Connection {
    int fd = -1;
    uint64_t left = 0;  // Payloads to begin.
    uint64_t next_id = 0;
    std::string option;  // Of the payload under way.
    size_t offset = 0;   // Into payload and option.
    bool under_way = false;
    int unacked = 0;
    size_t answer_bytes = 0;  // Of an ack that came in part.
    bool finished = false;
    uint32_t interest = EPOLLIN | EPOLLOUT;
  };

  void Serve(Connection& connection, const epoll_event& event) {
    if ((event.events & EPOLLIN) != 0) ReadAcks(connection);
    if ((event.events & (EPOLLERR | EPOLLHUP)) != 0 && !connection.finished) {
      errno = ECONNRESET;
      Die("send");
    }
    if (Begin(connection)) Write(connection);
    if (!connection.finished && connection.left == 0 && !connection.under_way &&
        connection.unacked == 0) {
      connection.finished = true;
      --busy_;
    }
    const uint32_t interest = MayWrite(connection) ? EPOLLIN | EPOLLOUT : EPOLLIN;
    if (interest == connection.interest) return;
    connection.interest = interest;
    Change(epoll_, connection.fd, interest, event.data.u64);
  }

  bool MayWrite(const Connection& connection) const {
    return connection.under_way || (connection.left > 0 && connection.unacked < plan_.window);
  }

  bool Begin(Connection& connection) {
    if (connection.under_way) return true;
    if (!MayWrite(connection)) return false;
    connection.under_way = true;
    connection.offset = 0;
    --connection.left;
    if (payload_.wants_option) {
      connection.option = ForwardOption(payload_.events, connection.next_id++);
      ++connection.unacked;
    }
    return true;
  }

  void Write(Connection& connection) {
    const ssize_t written = Send(connection);
    if (written < 0) {
      if (errno == EAGAIN || errno == EINTR) return;
      Die("send");
    }
    connection.offset += static_cast<size_t>(written);
    sent_.bytes += static_cast<uint64_t>(written);
    if (connection.offset < payload_.bytes.size() + connection.option.size()) return;
    connection.under_way = false;
    sent_.events += payload_.events;
  }

  // The option is another for each payload: both go in one packet, so that both are one read.
  ssize_t Send(const Connection& connection) const {
    if (!payload_.wants_option) return SendBody(connection);
    const size_t body = payload_.bytes.size();
    if (connection.offset >= body) return SendOption(connection);
    if (body < kWorthCorking) return SendParts(connection);
    SetCork(connection.fd, true);
    ssize_t sent = SendBody(connection);
    if (sent >= 0 && connection.offset + static_cast<size_t>(sent) == body) {
      const ssize_t option =
          send(connection.fd, connection.option.data(), connection.option.size(), MSG_NOSIGNAL);
      if (option > 0) sent += option;
    }
    SetCork(connection.fd, false);
    return sent;
  }

  ssize_t SendBody(const Connection& connection) const {
    auto from = static_cast<off_t>(connection.offset);
    return sendfile(connection.fd, file_, &from, payload_.bytes.size() - connection.offset);
  }

  ssize_t SendOption(const Connection& connection) const {
    const size_t from = connection.offset - payload_.bytes.size();
    return send(connection.fd, connection.option.data() + from, connection.option.size() - from,
                MSG_NOSIGNAL);
  }

  ssize_t SendParts(const Connection& connection) const {
    const std::array<iovec, 2> parts{
        iovec{const_cast<char*>(payload_.bytes.data()) + connection.offset,
              payload_.bytes.size() - connection.offset},
        iovec{const_cast<char*>(connection.option.data()), connection.option.size()}};
    return writev(connection.fd, parts.data(), static_cast<int>(parts.size()));
  }

  void ReadAcks(Connection& connection) {
    const ssize_t got = recv(connection.fd, answer_.data(), answer_.size(), 0);
    if (got == 0) {
      errno = ECONNRESET;
      Die("the other end closed a connection");
    }
    if (got < 0) {
      if (errno == EAGAIN || errno == EINTR) return;
      Die("recv");
    }
    connection.answer_bytes += static_cast<size_t>(got);
    const size_t acks = connection.answer_bytes / ForwardAckBytes();
    connection.answer_bytes %= ForwardAckBytes();
    connection.unacked -= static_cast<int>(acks);
    sent_.acked += acks;
  }

  const SendPlan& plan_;
  const Payload& payload_;
  const int file_;
  std::array<char, 65536> answer_{};
  int epoll_ = MakeEpoll();
  std::vector<Connection> connections_;
  int busy_ = 0;
  Sent sent_;
};

}  // namespace

Sent SendAll(const SendPlan& plan, const Payload& payload) { return Sender(plan, payload).Run(); }

}  // namespace andon::loadgen
