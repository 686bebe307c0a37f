// What the pipeline gives a plugin when it prepares it. Everything outlives the plugin.
#pragma once

#include <cstdint>
#include <string>

#include "core/base/file.h"
#include "core/base/random.h"
#include "core/base/status.h"
#include "core/base/unique_function.h"
#include "core/loop/loop.h"
#include "core/metrics/metrics.h"
#include "core/plugin/part_ledger.h"
#include "core/plugin/position_store.h"

namespace andon {

class Network;  // core/net/stream.h

struct PluginContext {
  std::string id;  // Given, or made from the type and the place in the file. Unique.
  std::string hostname;
  std::string data_dir;  // Of andond; empty without one.
  Loop& loop;            // The plugin's thread.
  Network& network;
  FileSystem& files;
  Random& random;
  MetricScope metrics;  // Labelled with kind and id.
  PartLedger& ledger;
};

struct InputContext : PluginContext {
  int worker = 0;  // This instance's number, below `workers`.
  int workers = 1;
  PositionStore& positions;
};

struct OutputContext : PluginContext {
  // What the last WriteResult or SaveNote stored, from before a restart too; empty at first.
  std::string note;
  // Stores a note with the cursor at once; `done` is called on the output's loop when it is
  // durable. Replaces the note before, in the order of the calls.
  UniqueFunction<void(std::string note, UniqueFunction<void(Status)> done)> save_note;
  // The journal's id, which stays with the data folder. Without a folder (`journal: none`) empty:
  // nothing that is kept elsewhere would be found again after a restart.
  std::string journal_id;
};

}  // namespace andon
