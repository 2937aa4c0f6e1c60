// Graphs of a stochastic block model, drawn by counter in every step. (P. Holland et al.,
// "Stochastic blockmodels: first steps", 1983.)
//
// Nodes have a community each, every one as likely. With ρ = degree/(nodes − 1) two nodes are
// joined with probability (1 − h)·ρ, and with h·communities·ρ more if they are of one community: ρ
// on the whole, whatever the homophily h is.
#pragma once

#include <cstdint>

#include "common/network/builder.h"

namespace paceline {

struct BlockModel {
  int64_t graphs = 1, nodes = 2, communities = 2;
  double degree = 1, homophily = 0;
  // Graphs of class c have c/(classes − 1) of `homophily`; 0: all have the same.
  int64_t classes = 0;
  // Adjacency as D^−½·(A + I)·D^−½, D the degrees of A + I, in place of A.
  bool normalised = false;
};

struct JoinProbabilities {
  double within = 0, across = 0;  // of two nodes of one community, and of different ones
};
// Above 1 where there are not enough nodes for the degree.
JoinProbabilities JoinProbabilitiesOf(const BlockModel& model, double homophily);

struct Graphs {
  Value classes;      // tokens [graph]; of a model with classes
  Value communities;  // tokens [graph, node]
  Value adjacency;    // [graph, node, node], symmetric
};
Graphs DrawGraphs(NetworkBuilder& net, const BlockModel& model);

}  // namespace paceline
