/** Which bytes and strings are text: UTF-8 and surrogates. Not exported. */
@NullMarked
package io.techops.broadcast.text;

import org.jspecify.annotations.NullMarked;
