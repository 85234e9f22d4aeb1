/** Tests of the programs. The integration tests run the jar that was built, as processes of their own. */
@NullMarked
package io.techops.broadcast.examples;

import org.jspecify.annotations.NullMarked;
