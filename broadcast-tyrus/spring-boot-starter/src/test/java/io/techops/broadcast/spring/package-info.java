/** Tests of the starter, which boot4 runs once more. */
@NullMarked
package io.techops.broadcast.spring;

import org.jspecify.annotations.NullMarked;
