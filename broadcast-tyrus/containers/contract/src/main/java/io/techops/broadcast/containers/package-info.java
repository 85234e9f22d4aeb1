/**
 * What the endpoint promises in every container: {@link io.techops.broadcast.containers.ContainerContract} is run in
 * each, on a class path that holds this container alone.
 */
package io.techops.broadcast.containers;
