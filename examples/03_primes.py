"""Some work for the processor: an `async def` is called like any other function."""

import asyncio


async def count_primes(below: int) -> dict[str, int]:
    sieve = bytearray([1]) * below
    sieve[0:2] = b"\0\0"
    for number in range(2, int(below**0.5) + 1):
        if sieve[number]:
            sieve[number * number :: number] = bytes(len(sieve[number * number :: number]))
            await asyncio.sleep(0)
    return {"below": below, "primes": sum(sieve)}
