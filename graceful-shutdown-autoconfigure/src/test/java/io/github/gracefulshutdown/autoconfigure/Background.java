package io.github.gracefulshutdown.autoconfigure;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Runs what waits for the test, each on a thread of its own: the common pool has but one
 * on a small machine.
 */
public final class Background {

	private Background() {
	}

	public static CompletableFuture<Void> run(Runnable task) {
		return CompletableFuture.runAsync(task, Background::start);
	}

	public static <T> CompletableFuture<T> call(Supplier<T> task) {
		return CompletableFuture.supplyAsync(task, Background::start);
	}

	private static void start(Runnable task) {
		new Thread(task, "background").start();
	}

}
