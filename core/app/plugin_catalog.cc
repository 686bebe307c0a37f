#include "core/app/plugin_catalog.h"

#include <utility>

#include "core/config/config_node.h"
#include "core/pipeline/pipeline_config.h"
#include "core/plugin/parser.h"
#include "core/plugin/plugin_files.h"
#include "core/plugin/registry.h"

namespace andon {
namespace {

CatalogEntry Section(std::string name, std::string summary, PipelineSection section) {
  Description description;
  DescribePipelineOptions(section, &description);
  return {"section", std::move(name), std::move(summary), description.options()};
}

template <class Kind>
void AddKind(std::vector<CatalogEntry>* catalog) {
  for (const Registration<Kind>& registration : Registry<Kind>::Get().all()) {
    Description description;
    const auto config = Config::Describing(&description);
    (void)registration.parse(config->root());
    catalog->push_back({std::string(KindName<Kind>()), registration.name, registration.summary,
                        description.options()});
  }
}

}  // namespace

std::vector<CatalogEntry> PluginCatalog() {
  std::vector<CatalogEntry> catalog = {
      Section("service", "the process", PipelineSection::kService),
      Section("journal", "the durable buffer; journal: none does without",
              PipelineSection::kJournal),
      Section("every input", "what all inputs have besides their own options",
              PipelineSection::kInput),
      Section("every filter", "what all filters have besides their own options",
              PipelineSection::kFilter),
      Section("every output", "what all outputs have besides their own options",
              PipelineSection::kOutput),
  };
  std::vector<CatalogEntry> broken;
  for (const std::string& type : PluginFileTypes()) {
    const Result<bool> opened = OpenPluginFile(type);
    if (!opened.ok()) {
      broken.push_back({"broken file", type, std::string(opened.status().message()), {}});
    }
  }
  AddKind<Input>(&catalog);
  AddKind<Filter>(&catalog);
  AddKind<Output>(&catalog);
  AddKind<Parser>(&catalog);
  AddKind<Formatter>(&catalog);
  for (CatalogEntry& entry : broken) catalog.push_back(std::move(entry));
  return catalog;
}

}  // namespace andon
