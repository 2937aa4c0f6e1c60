// What each fuzzer does with one input: read it as a file from anywhere would be, and check what
// must hold of whatever was accepted. Aborts if it does not.
#pragma once

#include <string_view>

namespace paceline::fuzz {

// A safetensors file, then as a trained optimizer.
void Safetensors(std::string_view input);
// MessagePack, then as a theta.state.
void ThetaState(std::string_view input);
// The JSON files of a PyLO folder one after the other, each but the last ended by a zero byte: the
// arguments, then the modules' configs.
void Pylo(std::string_view input);
// A job's config, then an optimizer alone.
void Config(std::string_view input);
// An evaluation's suite, then its cases.
void Suite(std::string_view input);
// An evaluation.binpb, or its message without the checksum, then all reports of it.
void Evaluation(std::string_view input);
// A CSV file, then as a table.
void Csv(std::string_view input);
// A text, whose first byte says how many pairs of tokens become one, then a cache of such pairs.
void BytePairs(std::string_view input);
// Files of images and labels: IDX and digits packed or not, the one tensor of a safetensors file.
void Idx(std::string_view input);
void Npy(std::string_view input);
void TensorArray(std::string_view input);
void Cifar(std::string_view input);
void Digits(std::string_view input);
// The target of an HTTP request, then, on the next line, as each of the headers that are read.
void Http(std::string_view input);
// What a client says first to a port that speaks TLS.
void ClientHello(std::string_view input);
// A traceparent.
void Traceparent(std::string_view input);
// A line of a file of spans.
void Spans(std::string_view input);

}  // namespace paceline::fuzz
