// What a pipeline stands on: threads, network, files, time and chance. The daemon gives it the
// machine's, the simulation its own.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/base/file.h"
#include "core/base/random.h"
#include "core/loop/loop.h"
#include "core/metrics/metrics.h"
#include "core/net/stream.h"

namespace andon {

// A loop that runs on a thread of its own. Destroying it runs what was posted, then ends and joins
// the thread; so it is destroyed on another thread.
class LoopThread {
 public:
  virtual ~LoopThread() = default;
  virtual Loop& loop() = 0;
};

struct Environment {
  Loop& main;
  // `name` is the thread's, at most 15 characters.
  std::function<std::unique_ptr<LoopThread>(const std::string& name)> start_thread;
  std::function<std::unique_ptr<Network>(Loop& loop)> make_network;
  // Called when an Apply has ended: sockets that nobody took over may be closed.
  std::function<void()> release_sockets;
  FileSystem& files;
  Random& random;
  MetricRegistry& metrics;
  std::string hostname;
};

}  // namespace andon
