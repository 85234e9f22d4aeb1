/**
 * What is started and stopped: listeners, threads, ports and their connections. The top floor; uses all other
 * rooms. Not exported.
 */
@NullMarked
package io.techops.broadcast.tyrus.server;

import org.jspecify.annotations.NullMarked;
