/**
 * What the endpoint promises in every container: {@link io.techops.broadcast.containers.ContainerContract} is run in
 * each container, on a class path that has only this container.
 */
package io.techops.broadcast.containers;
