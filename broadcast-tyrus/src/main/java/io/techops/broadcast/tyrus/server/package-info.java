/**
 * The parts that are started and stopped: listeners, threads, ports and their connections. Uses all other internal
 * packages. Not exported.
 */
@NullMarked
package io.techops.broadcast.tyrus.server;

import org.jspecify.annotations.NullMarked;
