/** The code of the guide to authentication, and what it answers over real sockets. */
@NullMarked
package io.techops.broadcast.examples.guide;

import org.jspecify.annotations.NullMarked;
