// Looks names up without blocking the loop: each lookup on a thread of its own, which ends with it.
// A process that looks up nothing has no such thread.
#pragma once

#include <memory>
#include <vector>

#include "core/base/unique_function.h"
#include "core/loop/loop.h"
#include "core/net/socket_address.h"

namespace andon {

class Resolver {
 public:
  using Done = UniqueFunction<void(Result<std::vector<SocketAddress>>)>;
  // Destroying it forgets the lookup: `done` is not called.
  class Lookup;

  explicit Resolver(Loop& loop);
  ~Resolver();  // Forgets what is under way.
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  // `done` is called on the loop, never inside the call.
  std::unique_ptr<Lookup> Start(const Address& address, Done done);

 private:
  struct Shared;
  struct Request;
  const std::shared_ptr<Shared> shared_;
};

class Resolver::Lookup {
 public:
  explicit Lookup(std::shared_ptr<Request> request) : request_(std::move(request)) {}
  ~Lookup();
  Lookup(const Lookup&) = delete;
  Lookup& operator=(const Lookup&) = delete;

 private:
  const std::shared_ptr<Request> request_;
};

}  // namespace andon
