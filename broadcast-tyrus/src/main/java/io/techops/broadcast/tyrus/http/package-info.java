/**
 * HTTP/1.1 as this server speaks it (RFC 9110, RFC 9112): request heads and bodies, responses, and the syntax of
 * their parts. Uses {@code connection} to write. Not exported.
 */
@NullMarked
package io.techops.broadcast.tyrus.http;

import org.jspecify.annotations.NullMarked;
