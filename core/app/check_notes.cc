#include "core/app/check_notes.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string_view>

#include "core/app/event_text.h"
#include "core/app/loop_notes.h"
#include "core/base/file.h"
#include "core/config/description.h"
#include "core/plugin/error_event.h"
#include "core/plugin/registry.h"

namespace andon {
namespace {

// The option `tag` of a plugin; empty when it has none.
template <class Kind>
std::optional<OptionDescription> TagOption(std::string_view type) {
  const Registration<Kind>* const registration = Registry<Kind>::Get().Find(type);
  if (registration == nullptr) return std::nullopt;
  Description description;
  const auto describing = Config::Describing(&description);
  (void)registration->parse(describing->root());
  for (const OptionDescription& option : description.options()) {
    if (option.key == "tag") return option;
  }
  return std::nullopt;
}

// An input all of whose events have one tag.
struct StaticTag {
  std::string tag;
  std::string input;
  Mark mark;
};

// Empty when its tags come from what it reads.
std::optional<StaticTag> TagOf(const InputConfig& input, const ConfigNode& node) {
  const auto option = TagOption<Input>(input.type);
  if (!option.has_value()) return std::nullopt;
  const ConfigNode written = node.Get("tag");
  const bool given = written.kind() == ConfigNode::Kind::kScalar;
  StaticTag found{given ? std::string(written.text()) : option->default_text, input.id,
                  given ? written.mark() : input.mark};
  if (written.secret() || found.tag.find_first_of("*$\"") != std::string::npos) return std::nullopt;
  return found;
}

std::string Place(const Mark& mark) { return Problem{mark, "note: "}.ToString(); }

class TagNotes {
 public:
  TagNotes(const Config& config, const PipelineConfig& pipeline) : pipeline_(pipeline) {
    const std::vector<ConfigNode> nodes = config.root().Get("inputs").items();
    for (size_t i = 0; i < nodes.size() && i < pipeline.inputs.size(); ++i) {
      auto tag = TagOf(pipeline.inputs[i], nodes[i]);
      all_known_ = all_known_ && tag.has_value();
      if (tag.has_value()) tags_.push_back(*std::move(tag));
    }
    // A filter with such an option gives events another tag.
    retags_ = std::ranges::any_of(pipeline.filters, [](const FilterConfig& filter) {
      return TagOption<Filter>(filter.type).has_value();
    });
  }

  void Add(std::vector<std::string>* lines) const {
    if (retags_ || pipeline_.inputs.empty() || pipeline_.outputs.empty()) return;
    for (const StaticTag& one : tags_) {
      const bool taken = std::ranges::any_of(pipeline_.outputs, [&one](const OutputConfig& output) {
        return output.match.Matches(one.tag);
      });
      if (taken) continue;
      lines->push_back(Place(one.mark) + "no output takes the tag \"" + one.tag + "\" of input " +
                       one.input);
    }
    if (!all_known_) return;
    for (const FilterConfig& filter : pipeline_.filters) AddUnused("filter", filter, lines);
    for (const OutputConfig& output : pipeline_.outputs) AddUnused("output", output, lines);
  }

 private:
  template <class Part>
  void AddUnused(const char* kind, const Part& part, std::vector<std::string>* lines) const {
    // Error events may always come.
    const bool of_errors = part.match.text().find(kErrorTagPrefix) != std::string::npos;
    if (of_errors || TakesErrors(part.match)) return;
    const bool used = std::ranges::any_of(
        tags_, [&part](const StaticTag& one) { return part.match.Matches(one.tag); });
    if (used) return;
    lines->push_back(Place(part.mark) + "no input has a tag that " + kind + " " + part.id +
                     " takes: " + part.match.text());
  }

  const PipelineConfig& pipeline_;
  std::vector<StaticTag> tags_;
  bool all_known_ = true;
  bool retags_ = false;
};

// What the journal may still take of its disk: what is free where its folder is or will be, and
// what it has already. Nothing when that cannot be known.
std::optional<uint64_t> RoomFor(const std::string& directory) {
  uint64_t taken = 0;
  if (const auto entries = RealFileSystem().List(directory); entries.ok()) {
    for (const DirectoryEntry& entry : *entries) taken += entry.size_bytes;
  }
  std::string folder = directory;
  while (true) {
    const auto free = RealFileSystem().FreeBytes(folder);
    if (free.ok()) return taken + *free;
    const size_t slash = folder.rfind('/');
    if (slash == std::string::npos || folder.size() == 1) return std::nullopt;
    folder.resize(std::max<size_t>(slash, 1));
  }
}

std::string RoomNote(const JournalOptions& journal) {
  if (journal.directory.empty()) return "";
  const auto room = RoomFor(journal.directory);
  if (!room.has_value() || *room >= journal.size_bytes) return "";
  return "journal.size is " + RoundedSizeText(journal.size_bytes) + ", but there is room for " +
         RoundedSizeText(*room) + " only where " + journal.directory +
         " is: when the disk is full inputs wait";
}

}  // namespace

std::vector<std::string> CheckNotes(const std::string& path, const Config& config,
                                    const PipelineConfig& pipeline) {
  std::vector<std::string> lines;
  const auto note = [&](const std::string& text) { lines.push_back(path + ": note: " + text); };
  if (pipeline.inputs.empty()) note("no inputs: nothing will be read");
  if (pipeline.outputs.empty()) note("no outputs: nothing will be delivered");
  TagNotes(config, pipeline).Add(&lines);
  std::ranges::copy(LoopNotes(config, pipeline), std::back_inserter(lines));
  if (pipeline.journal.directory.empty()) {
    note("journal: none: what is in memory is lost when andond is killed");
  } else if (pipeline.journal.sync == SyncMode::kOs) {
    note("sync: os: the newest acknowledged events are lost in a power cut");
  }
  if (const std::string room = RoomNote(pipeline.journal); !room.empty()) note(room);
  if (pipeline.journal.overflow == Overflow::kDropOldest) {
    note("overflow: drop_oldest: when the journal is full the oldest events are lost");
  }
  const bool takes_errors = std::ranges::any_of(
      pipeline.outputs, [](const OutputConfig& output) { return TakesErrors(output.match); });
  if (!pipeline.outputs.empty() && !takes_errors) {
    note("no output matches andon.error.**: error events go to a file under " +
         pipeline.service.data_dir);
  }
  return lines;
}

}  // namespace andon
