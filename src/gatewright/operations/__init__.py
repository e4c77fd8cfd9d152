"""One flow per file, each written once as ``async def`` over ports, for both builds."""
