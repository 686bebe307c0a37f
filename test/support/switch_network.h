// A Network that passes everything on to one that the test chooses, or refuses.
#pragma once

#include <memory>
#include <utility>

#include "core/net/stream.h"

namespace andon {

class SwitchNetwork : public Network {
 public:
  void Use(Network* target) { target_ = target; }

  Result<std::unique_ptr<Listener>> Listen(
      const ListenOptions& options,
      UniqueFunction<void(std::unique_ptr<Stream>)> accepted) override {
    if (target_ == nullptr) return Unavailable("this test has no network");
    return target_->Listen(options, std::move(accepted));
  }
  // Without a target: never answered.
  std::unique_ptr<Connecting> Connect(
      const ConnectOptions& options,
      UniqueFunction<void(Result<std::unique_ptr<Stream>>)> done) override {
    if (target_ == nullptr) return std::make_unique<Connecting>();
    return target_->Connect(options, std::move(done));
  }
  Status CheckTls(const TlsOptions& options) override {
    return target_ == nullptr ? OkStatus() : target_->CheckTls(options);
  }
  Result<std::unique_ptr<DatagramSocket>> Bind(
      const DatagramOptions& options,
      UniqueFunction<void(std::span<const Datagram>)> received) override {
    if (target_ == nullptr) return Unavailable("this test has no network");
    return target_->Bind(options, std::move(received));
  }

 private:
  Network* target_ = nullptr;
};

}  // namespace andon
