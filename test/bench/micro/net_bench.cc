// What reading from sockets costs through Network, beside the bare system calls. CPU of the thread
// that reads, in seconds per GB and per million datagrams.
#include <benchmark/benchmark.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <memory>
#include <thread>
#include <vector>

#include "core/base/check.h"
#include "core/loop/uv_loop.h"
#include "core/net/open_socket.h"
#include "core/net/real_network.h"
#include "core/net/socket_address.h"
#include "core/net/unique_fd.h"

namespace andon {
namespace {

constexpr size_t kBufferBytes = size_t{1} << 20;
constexpr size_t kTotalBytes = size_t{1} << 30;
constexpr size_t kDatagrams = 500'000;

double ThreadCpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_THREAD, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

UniqueFd ConnectTo(const Address& address) {
  UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto to = NumericAddress(address);
  CHECK(connect(fd.get(), to->get(), to->length) == 0);
  return fd;
}

// Sends its share, each on a thread of its own, and closes.
std::vector<std::thread> StartSenders(const Address& address, int64_t count) {
  std::vector<std::thread> senders;
  for (int64_t i = 0; i < count; ++i) {
    senders.emplace_back([fd = ConnectTo(address), count] {
      const std::vector<char> data(size_t{256} << 10);
      for (size_t left = kTotalBytes / static_cast<size_t>(count); left > 0;) {
        const ssize_t sent = send(fd.get(), data.data(), std::min(left, data.size()), MSG_NOSIGNAL);
        CHECK(sent > 0);
        left -= static_cast<size_t>(sent);
      }
    });
  }
  return senders;
}

void Report(benchmark::State& state, double cpu_seconds, uint64_t reads) {
  const auto runs = static_cast<double>(state.iterations());
  state.counters["cpu_s_per_GB"] = cpu_seconds / runs / (static_cast<double>(kTotalBytes) / 1e9);
  state.counters["KiB_per_read"] =
      runs * static_cast<double>(kTotalBytes) / 1024 / static_cast<double>(reads);
}

// One accepted connection a sender.
std::vector<pollfd> AcceptAll(const BoundSocket& listener, size_t count) {
  std::vector<pollfd> peers;
  while (peers.size() < count) {
    pollfd waiting{listener.fd.get(), POLLIN, 0};
    poll(&waiting, 1, -1);
    peers.push_back({accept4(listener.fd.get(), nullptr, nullptr, SOCK_NONBLOCK), POLLIN, 0});
  }
  return peers;
}

// Reads until every sender has closed; returns how many reads that took.
uint64_t ReadAll(std::vector<pollfd>& peers, std::vector<std::byte>& buffer) {
  uint64_t reads = 0;
  for (size_t open = peers.size(); open > 0;) {
    poll(peers.data(), peers.size(), -1);
    for (pollfd& peer : peers) {
      if (peer.revents == 0) continue;
      ++reads;
      if (recv(peer.fd, buffer.data(), buffer.size(), 0) > 0) continue;
      close(peer.fd);
      peer.fd = -1;
      --open;
    }
  }
  return reads;
}

void NetReadBare(benchmark::State& state) {
  std::vector<std::byte> buffer(kBufferBytes);
  double cpu = 0;
  uint64_t reads = 0;
  for (auto _ : state) {
    ListenOptions options;
    options.address = {Address::Kind::kTcp, "127.0.0.1", 0};
    const BoundSocket listener = *OpenListeningSocket(options);
    auto senders = StartSenders(listener.address, state.range(0));
    std::vector<pollfd> peers = AcceptAll(listener, senders.size());
    const double before = ThreadCpuSeconds();
    reads += ReadAll(peers, buffer);
    cpu += ThreadCpuSeconds() - before;
    for (std::thread& sender : senders) sender.join();
  }
  Report(state, cpu, reads);
}
BENCHMARK(NetReadBare)->Arg(1)->Arg(4)->Unit(benchmark::kMillisecond);

void NetRead(benchmark::State& state) {
  std::vector<std::byte> buffer(kBufferBytes);
  double cpu = 0;
  uint64_t reads = 0;
  for (auto _ : state) {
    auto loop = MakeUvLoop();
    auto network = MakeRealNetwork(*loop, nullptr);
    std::vector<std::unique_ptr<Stream>> streams;
    int64_t open = state.range(0);
    ListenOptions options;
    options.address = {Address::Kind::kTcp, "127.0.0.1", 0};
    auto listener = network->Listen(options, [&](std::unique_ptr<Stream> accepted) {
      Stream* stream = accepted.get();
      streams.push_back(std::move(accepted));
      stream->OnReady([&, stream](Interest) {
        ++reads;
        if (stream->Read(buffer).outcome != IoResult::Outcome::kEnd) return;
        stream->SetInterest(Interest::kNone);
        if (--open == 0) loop->Quit();
      });
      stream->SetInterest(Interest::kRead);
    });
    auto senders = StartSenders((*listener)->address(), state.range(0));
    const double before = ThreadCpuSeconds();
    loop->Run();
    cpu += ThreadCpuSeconds() - before;
    for (std::thread& sender : senders) sender.join();
    streams.clear();
  }
  Report(state, cpu, reads);
}
BENCHMARK(NetRead)->Arg(1)->Arg(4)->Unit(benchmark::kMillisecond);

// Datagrams of 240 bytes; the sender waits for the reader now and then, so that few are lost.
void NetDatagrams(benchmark::State& state) {
  double cpu = 0;
  uint64_t received = 0;
  uint64_t batches = 0;
  for (auto _ : state) {
    auto loop = MakeUvLoop();
    auto network = MakeRealNetwork(*loop, nullptr);
    DatagramOptions options;
    options.address = {Address::Kind::kUdp, "127.0.0.1", 0};
    auto receiver = network->Bind(options, [&](std::span<const Datagram> datagrams) {
      ++batches;
      for (const Datagram& one : datagrams) {
        if (one.bytes.empty()) return loop->Quit();
        ++received;
      }
    });
    std::thread sender([to = NumericAddress((*receiver)->address())] {
      const UniqueFd fd(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
      const std::vector<char> data(240);
      for (size_t i = 0; i < kDatagrams; ++i) {
        sendto(fd.get(), data.data(), data.size(), 0, to->get(), to->length);
      }
      for (int i = 0; i < 100; ++i) {  // The end; some may find the buffer full.
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
        sendto(fd.get(), data.data(), 0, 0, to->get(), to->length);
      }
    });
    const double before = ThreadCpuSeconds();
    loop->Run();
    cpu += ThreadCpuSeconds() - before;
    sender.join();
  }
  state.counters["cpu_s_per_million"] = cpu * 1e6 / static_cast<double>(received);
  state.counters["per_batch"] = static_cast<double>(received) / static_cast<double>(batches);
  state.counters["received_share"] = static_cast<double>(received) /
                                     static_cast<double>(kDatagrams) /
                                     static_cast<double>(state.iterations());
}
BENCHMARK(NetDatagrams)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace andon
