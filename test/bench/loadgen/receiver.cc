#include "test/bench/loadgen/receiver.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "test/bench/loadgen/bulk_request.h"
#include "test/bench/loadgen/forward_frame.h"

namespace andon::loadgen {
namespace {

constexpr size_t kReadBytes = size_t{1} << 20;
constexpr uint64_t kListenerKey = UINT64_MAX;

volatile std::sig_atomic_t g_stop = 0;

// Accepts, and hands what is readable to `read`, which returns false when a connection has ended.
class Server {
 public:
  Server(const Address& at, std::function<bool(int fd)> read)
      : listener_(Listen(at)), read_(std::move(read)) {
    Watch(epoll_, listener_, EPOLLIN, kListenerKey);
    struct sigaction action {};
    action.sa_handler = [](int) { g_stop = 1; };
    sigaction(SIGTERM, &action, nullptr);
  }
  ~Server() {
    close(listener_);
    close(epoll_);
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Until `enough` says so while nobody is connected.
  void Run(const std::function<bool()>& enough) {
    std::array<epoll_event, 256> ready{};
    while (g_stop == 0 && (connected_ > 0 || !enough())) {
      const int count = epoll_wait(epoll_, ready.data(), static_cast<int>(ready.size()), -1);
      if (count < 0 && errno != EINTR) Die("epoll_wait");
      for (int i = 0; i < count; ++i) Serve(ready[static_cast<size_t>(i)].data.u64);
    }
  }

 private:
  void Serve(uint64_t key) {
    if (key == kListenerKey) {
      for (int fd = Accept(listener_); fd >= 0; fd = Accept(listener_)) {
        Watch(epoll_, fd, EPOLLIN, static_cast<uint64_t>(fd));
        ++connected_;
      }
      return;
    }
    const int fd = static_cast<int>(key);
    if (read_(fd)) return;
    close(fd);
    --connected_;
  }

  int epoll_ = MakeEpoll();
  int listener_;
  std::function<bool(int)> read_;
  int connected_ = 0;
};

// Bytes read, 0 at the end, -1 when there is nothing now.
ssize_t Receive(int fd, char* to, size_t size) {
  const ssize_t got = recv(fd, to, size, 0);
  if (got >= 0) return got;
  if (errno == EAGAIN || errno == EINTR) return -1;
  return 0;  // A reset is an end.
}

// What a connection has sent and is not a whole message yet.
struct Buffer {
  std::vector<char> bytes = std::vector<char>(4 * kReadBytes);
  size_t used = 0;
};

void Answer(int fd, std::string_view chunk) {
  std::string answer =
      "\x81\xa3"
      "ack";
  answer += chunk;
  if (send(fd, answer.data(), answer.size(), MSG_NOSIGNAL) < 0 && errno != EPIPE &&
      errno != ECONNRESET) {
    Die("send an ack");
  }
}

void TakeFrames(int fd, Buffer* buffer, Taken* taken) {
  size_t at = 0;
  while (at < buffer->used) {
    const ForwardFrame frame =
        ReadForwardFrame(std::string_view(buffer->bytes.data() + at, buffer->used - at));
    if (frame.bytes == 0) break;
    taken->events += frame.events;
    if (!frame.chunk.empty()) Answer(fd, frame.chunk);
    at += frame.bytes;
  }
  buffer->used -= at;
  std::memmove(buffer->bytes.data(), buffer->bytes.data() + at, buffer->used);
}

// All of it, however long that takes.
void SendAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      bytes.remove_prefix(static_cast<size_t>(sent));
      continue;
    }
    if (errno == EPIPE || errno == ECONNRESET) return;
    if (errno != EAGAIN) Die("send an answer");
    pollfd wait{fd, POLLOUT, 0};
    poll(&wait, 1, -1);
  }
}

void TakeRequests(int fd, Buffer* buffer, Taken* taken) {
  size_t at = 0;
  while (at < buffer->used) {
    const BulkRequest request =
        ReadBulkRequest(std::string_view(buffer->bytes.data() + at, buffer->used - at));
    if (request.bytes == 0) break;
    taken->events += request.items;
    SendAll(fd, AnswerBulk(request.items));
    at += request.bytes;
  }
  buffer->used -= at;
  std::memmove(buffer->bytes.data(), buffer->bytes.data() + at, buffer->used);
}

using TakeMessages = void (*)(int fd, Buffer* buffer, Taken* taken);

// Until `events` have come and every connection has closed.
Taken ReceiveMessages(const Address& at, uint64_t events, TakeMessages take) {
  Taken taken;
  std::map<int, Buffer> buffers;
  Server server(at, [&](int fd) {
    Buffer& buffer = buffers[fd];
    if (buffer.bytes.size() - buffer.used < kReadBytes) {
      buffer.bytes.resize(2 * buffer.bytes.size());
    }
    const ssize_t got =
        Receive(fd, buffer.bytes.data() + buffer.used, buffer.bytes.size() - buffer.used);
    if (got == 0) buffers.erase(fd);
    if (got <= 0) return got < 0;
    buffer.used += static_cast<size_t>(got);
    taken.bytes += static_cast<uint64_t>(got);
    take(fd, &buffer, &taken);
    return true;
  });
  server.Run([&] { return taken.events >= events; });
  return taken;
}

}  // namespace

Taken ReceiveForward(const Address& at, uint64_t events) {
  return ReceiveMessages(at, events, TakeFrames);
}

Taken ReceiveBulk(const Address& at, uint64_t events) {
  return ReceiveMessages(at, events, TakeRequests);
}

Taken ReceiveAndDiscard(const Address& at, uint64_t bytes) {
  Taken taken;
  std::vector<char> buffer(kReadBytes);
  Server server(at, [&](int fd) {
    const ssize_t got = Receive(fd, buffer.data(), buffer.size());
    if (got <= 0) return got < 0;
    taken.bytes += static_cast<uint64_t>(got);
    return true;
  });
  server.Run([&] { return taken.bytes >= bytes; });
  return taken;
}

}  // namespace andon::loadgen
