package io.github.gracefulshutdown;

/**
 * Memory in front of the fields of a {@link Slot}: a virtual machine lays out the fields
 * of a superclass first. Without it, what happens to lie before a slot shares a cache
 * line with it, and every thread that only reads that, such as the gate itself, waits for
 * the one that uses the slot.
 */
@SuppressWarnings("unused")
abstract class SlotPadding {

	private long p1, p2, p3, p4, p5, p6, p7, p8;

}
