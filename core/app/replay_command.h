// `andon journal replay`: what a journal holds, once more, to a server, an output or stdout.
#pragma once

#include <iosfwd>
#include <string>

#include "core/app/event_selection.h"
#include "core/app/replay_target.h"

namespace andon {

struct ReplayOptions {
  std::string directory = "/var/lib/andon";
  SelectionOptions selection;
  ReplayTargetOptions target;  // Neither address nor file: JSON lines on stdout.
  std::string give_up_after = "1m";
  // Events keep their lane and numbers, so that a receiver which has them already takes them for
  // repeats. With this they get new ones: they are stored again.
  bool new_identity = false;
  bool identities = false;  // JSON lines: each event's identity too.
};

// Returns 0; 1 when something was damaged, rejected or could not be delivered; 2 when the journal
// cannot be read, or an option is wrong.
int RunReplay(const ReplayOptions& options, std::ostream& out, std::ostream& err);

}  // namespace andon
