#include "outputs/file/file_note.h"

#include <algorithm>
#include <charconv>

namespace andon::file_output {

namespace {

constexpr std::string_view kMagic = "andon-file 1";

void Put(std::string& out, uint64_t number) {
  char text[20];
  const auto [end, error] = std::to_chars(text, text + sizeof text, number);
  out.append(text, static_cast<size_t>(end - text));
  out += '\t';
}

// The fields of one line, taken from the front.
class Fields {
 public:
  explicit Fields(std::string_view line) : rest_(line) {}
  std::string_view Text() {
    if (done_) good_ = false;
    const size_t tab = rest_.find('\t');
    const std::string_view field = rest_.substr(0, tab);
    done_ = tab == std::string_view::npos;
    rest_.remove_prefix(std::min(rest_.size(), field.size() + 1));
    return field;
  }
  template <class T>
  T Number() {
    const std::string_view text = Text();
    T value{};
    const auto end = text.data() + text.size();
    const auto [at, error] = std::from_chars(text.data(), end, value);
    good_ = good_ && error == std::errc() && at == end;
    return value;
  }
  bool Complete() const { return good_ && done_; }

 private:
  std::string_view rest_;
  bool done_ = false;
  bool good_ = true;
};

bool DecodeLine(std::string_view line, FileNote* note) {
  Fields fields(line);
  const std::string_view kind = fields.Text();
  if (kind == "open") {
    NotedFile file;
    file.id.device = fields.Number<uint64_t>();
    file.id.inode = fields.Number<uint64_t>();
    file.length = fields.Number<uint64_t>();
    file.tail_crc = fields.Number<uint32_t>();
    file.born = fields.Number<uint32_t>();
    file.path = fields.Text();
    file.source = fields.Text();
    note->open.push_back(std::move(file));
  } else if (kind == "pack") {
    NotedPack pack;
    pack.id.device = fields.Number<uint64_t>();
    pack.id.inode = fields.Number<uint64_t>();
    pack.path = fields.Text();
    pack.target = fields.Text();
    pack.source = fields.Text();
    note->pack.push_back(std::move(pack));
  } else {
    return false;
  }
  return fields.Complete();
}

}  // namespace

std::string EncodeFileNote(const FileNote& note) {
  std::string out(kMagic);
  out += '\n';
  for (const NotedFile& file : note.open) {
    out += "open\t";
    Put(out, file.id.device);
    Put(out, file.id.inode);
    Put(out, file.length);
    Put(out, file.tail_crc);
    Put(out, file.born);
    out += file.path + '\t' + file.source + '\n';
  }
  for (const NotedPack& pack : note.pack) {
    out += "pack\t";
    Put(out, pack.id.device);
    Put(out, pack.id.inode);
    out += pack.path + '\t' + pack.target + '\t' + pack.source + '\n';
  }
  return out;
}

Result<FileNote> DecodeFileNote(std::string_view text) {
  FileNote note;
  if (text.empty()) return note;
  int number = 0;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    const bool good = number == 0 ? line == kMagic : DecodeLine(line, &note);
    if (!good || end == std::string_view::npos) {
      return Corrupt("note of the file output: line " + std::to_string(number + 1) +
                     " is damaged or of another version");
    }
    text.remove_prefix(end + 1);
    ++number;
  }
  return note;
}

}  // namespace andon::file_output
